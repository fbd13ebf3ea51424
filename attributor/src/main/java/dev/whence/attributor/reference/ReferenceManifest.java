package dev.whence.attributor.reference;

import java.util.List;

/**
 * {@code reference.json}.
 *
 * @param format version of this layout
 * @param version first 12 digits of the hash
 * @param sha256 hash over the spaces and the images in their order: the same images in the same spaces are the same
 *     reference, on whatever machine it was built
 * @param size side length of the canonical images, in pixels
 */
record ReferenceManifest(
        int format, String name, String version, String sha256, int size, long images, List<Space> spaces) {
    static final int FORMAT = 1;

    /**
     * @param graphSha256 hash of the graph that embeds in this space alone
     */
    record Space(String name, int dimension, String graphSha256) {}
}
