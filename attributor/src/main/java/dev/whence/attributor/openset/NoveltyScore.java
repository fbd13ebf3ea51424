package dev.whence.attributor.openset;

/** How unlike all known sources an image is. Safe for use by several threads. */
@FunctionalInterface
public interface NoveltyScore {
    /**
     * @param logits of every class of the bundle, before temperature and softmax
     * @param fingerprint penultimate features of the attribution network
     * @return higher means less like anything known; only the order and the bundle's threshold mean something
     */
    double of(float[] logits, float[] fingerprint);
}
