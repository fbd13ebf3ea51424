package dev.whence.stream.engine;

import dev.whence.schemas.ImageId;
import dev.whence.schemas.ImageUpload;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All of an upload but its image, cut to sizes that always fit into an outgoing message: whatever a stranger wrote, the
 * answer can be delivered.
 *
 * @param id empty where the upload's is not of an id's shape
 * @param platform at most {@value #LONGEST_PLATFORM} characters
 * @param name at most {@value #LONGEST_NAME} characters
 * @param traceparent only where it is one by W3C Trace Context, section 3.2
 */
record UploadHead(
        Optional<String> id, String platform, Instant uploadedAt, Optional<String> name, Optional<String> traceparent) {
    static final int LONGEST_PLATFORM = 256;
    static final int LONGEST_NAME = 1024;
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    static UploadHead of(ImageUpload upload) {
        return new UploadHead(
                Optional.of(upload.getId()).filter(ImageId::isValid),
                cut(upload.getPlatform(), LONGEST_PLATFORM),
                upload.getUploadedAt(),
                Optional.ofNullable(upload.getName()).map(name -> cut(name, LONGEST_NAME)),
                Optional.ofNullable(upload.getTraceparent())
                        .filter(trace -> TRACEPARENT.matcher(trace).matches()));
    }

    static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
