package dev.whence.infra.bench;

import dev.whence.ingest.SourceImage;
import dev.whence.ingest.UploadMessage;
import dev.whence.ingest.UploadMessages;
import dev.whence.schemas.blob.BlobStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The images of a benchmark with their messages, which ingest made before any clock runs. Repeated without end. */
final class Uploads {
    private final List<byte[]> images = new ArrayList<>();
    private final List<UploadMessage> messages = new ArrayList<>();

    private Uploads() {}

    /**
     * The first images that ingest lets through.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Uploads of(Iterator<SourceImage> source, int atMost, BlobStore blobs) {
        Uploads uploads = new Uploads();
        UploadMessages ingest = new UploadMessages("bench", blobs, Clock.systemUTC(), new SecureRandom());
        while (uploads.images.size() < atMost && source.hasNext()) {
            SourceImage image = source.next();
            UploadMessage message = ingest.of(image);
            if (message.rejected().isEmpty() && image.content() instanceof SourceImage.Bytes content) {
                uploads.images.add(content.bytes());
                uploads.messages.add(message);
            }
        }
        if (uploads.images.isEmpty()) {
            throw new IllegalArgumentException("The sources hold no image that can be read: name others");
        }
        return uploads;
    }

    byte[] image(long number) {
        return images.get(Math.floorMod(number, images.size()));
    }

    UploadMessage message(long number) {
        return messages.get(Math.floorMod(number, messages.size()));
    }

    double meanMessageBytes() {
        return messages.stream()
                .mapToInt(message -> message.value().length)
                .average()
                .orElseThrow();
    }
}
