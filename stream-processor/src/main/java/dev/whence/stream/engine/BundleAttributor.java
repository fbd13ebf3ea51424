package dev.whence.stream.engine;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.attributor.BatchAttribution;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.InferenceEngine;
import dev.whence.attributor.reference.MilvusAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The attributor of a bundle and a reference on disk. */
record BundleAttributor(Attributor attributor) implements ImageAttributor {

    @Override
    public CanonicalImage canonical(byte[] encoded) throws ImageRejectedException {
        return attributor.canonical(encoded);
    }

    @Override
    public BatchAttribution attribute(List<CanonicalImage> images) {
        return attributor.attribute(images);
    }

    @Override
    public ModelIdentity model() {
        return attributor.model();
    }

    @Override
    public ReferenceIdentity reference() {
        return attributor.reference();
    }

    @Override
    public void close() {
        attributor.close();
    }

    /** One thread for each call: the engine calls from as many workers as it has inference threads. */
    record Opening(InferenceEngine engine, MilvusAccess access) implements Factory {
        private static final int THREADS_PER_CALL = 1;

        @Override
        public ImageAttributor open(String bundle, String reference) {
            return new BundleAttributor(Attributor.open(
                    Path.of(bundle),
                    Optional.empty(),
                    Path.of(reference),
                    new Inference(engine, THREADS_PER_CALL),
                    access));
        }
    }
}
