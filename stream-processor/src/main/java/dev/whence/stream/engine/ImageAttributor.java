package dev.whence.stream.engine;

import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.attributor.BatchAttribution;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.ImageRejectedException;
import java.io.Serializable;
import java.util.List;

/** What the engine needs of an attributor; several threads use it at once. */
public interface ImageAttributor extends AutoCloseable {

    /** @throws ImageRejectedException when the bytes are no image that can be attributed */
    CanonicalImage canonical(byte[] encoded) throws ImageRejectedException;

    /** One attribution for each image, in their order. */
    BatchAttribution attribute(List<CanonicalImage> images);

    ModelIdentity model();

    ReferenceIdentity reference();

    @Override
    void close();

    /** Opens attributors wherever the job runs. Two that are equal open the same. */
    interface Factory extends Serializable {
        /**
         * @param bundle path of the bundle
         * @param reference path of the reference
         * @throws IllegalArgumentException when either cannot be read or they do not belong together
         */
        ImageAttributor open(String bundle, String reference);
    }
}
