package dev.whence.stream.engine;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.schemas.Candidate;
import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.FingerprintVector;
import dev.whence.schemas.ImageId;
import dev.whence.schemas.ModelUsed;
import dev.whence.schemas.Novelty;
import dev.whence.schemas.Origin;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.ReferenceUsed;
import dev.whence.schemas.SpaceReading;
import dev.whence.schemas.StageLatencies;
import dev.whence.schemas.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Writes outcomes as the contract wants them. */
final class Outcomes {
    /** IPTC NewsCodes, digital source type: made by a generative model. */
    private static final String TRAINED_ALGORITHMIC_MEDIA =
            "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    /** Until signatures can be enrolled there is one catalogue. */
    private static final String CATALOGUE_VERSION = "0";

    private static final String STAGE = "attribution";
    private static final int LONGEST_MESSAGE = 1024;
    private static final int MOST_PAYLOAD_BYTES = 1024;

    private final ModelUsed model;
    private final ReferenceUsed reference;
    private final Clock clock;

    Outcomes(ModelIdentity model, ReferenceIdentity reference, Clock clock) {
        this.model = new ModelUsed(model.name(), model.version(), model.sha256(), model.engine(), model.precision());
        this.reference = new ReferenceUsed(reference.name(), reference.version());
        this.clock = clock;
    }

    Outcome.Attributed attributed(Intake.Admitted admitted, Attribution attribution, StageLatencies latency) {
        UploadHead head = admitted.head();
        Verdict verdict = Verdict.valueOf(attribution.verdict().name());
        Attribution.Novelty novelty = attribution.novelty();
        return new Outcome.Attributed(ProvenanceEvent.newBuilder()
                .setEventId(eventId(admitted.id()))
                .setImageId(admitted.id())
                .setPlatform(head.platform())
                .setUploadedAt(head.uploadedAt())
                .setAttributedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .setVerdict(verdict)
                .setGenerator(attribution.generator().orElse(null))
                .setConfidence(attribution.confidence())
                .setCandidates(candidates(attribution.candidates()))
                .setNovelty(new Novelty(
                        novelty.score(),
                        novelty.threshold().orElse(null),
                        novelty.targetFpr().orElse(null)))
                .setSpaces(spaces(attribution.spaces()))
                .setFingerprint(fingerprint(attribution.fingerprint()))
                .setDigitalSourceType(digitalSourceType(verdict).orElse(null))
                .setModel(model)
                .setReference(reference)
                .setLatency(latency)
                .setTraceparent(head.traceparent().orElse(null))
                .build());
    }

    Outcome.Rejected rejected(RawMessage message, RejectedMessageException reason) {
        // Bytes that do not match an id are no word about the image that has it.
        Optional<String> id = reason.code() == ErrorCode.HASH_MISMATCH
                ? Optional.empty()
                : reason.head().flatMap(UploadHead::id);
        Optional<ByteBuffer> payload = reason.head().isPresent() || message.value().length == 0
                ? Optional.empty()
                : Optional.of(ByteBuffer.wrap(
                        Arrays.copyOf(message.value(), Math.min(message.value().length, MOST_PAYLOAD_BYTES))));
        DeadLetter letter = DeadLetter.newBuilder()
                .setImageId(id.orElse(null))
                .setCode(reason.code().name())
                .setMessage(UploadHead.cut(String.valueOf(reason.getMessage()), LONGEST_MESSAGE))
                .setStage(STAGE)
                .setPlatform(reason.head().map(UploadHead::platform).orElse(null))
                .setName(reason.head().flatMap(UploadHead::name).orElse(null))
                .setFailedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .setOrigin(new Origin(message.topic(), message.partition(), message.offset()))
                .setPayload(payload.orElse(null))
                .setTraceparent(reason.head().flatMap(UploadHead::traceparent).orElse(null))
                .build();
        return new Outcome.Rejected(id.orElseGet(message::coordinates), letter);
    }

    private String eventId(String imageId) {
        String question = imageId + "\n" + model.getVersion() + "\n" + CATALOGUE_VERSION;
        return ImageId.of(question.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Candidate> candidates(List<Attribution.Candidate> candidates) {
        return candidates.stream()
                .map(candidate ->
                        new Candidate(candidate.generator(), candidate.family().orElse(null), candidate.probability()))
                .toList();
    }

    private static List<SpaceReading> spaces(List<Attribution.SpaceReading> readings) {
        return readings.stream()
                .map(reading -> new SpaceReading(
                        reading.space(), reading.nearest(), (float) reading.distance(), (float) reading.artifactNorm()))
                .toList();
    }

    private static FingerprintVector fingerprint(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new FingerprintVector(values.length, bytes);
    }

    private static Optional<String> digitalSourceType(Verdict verdict) {
        return switch (verdict) {
            case KNOWN_GENERATOR, NEW_GENERATOR -> Optional.of(TRAINED_ALGORITHMIC_MEDIA);
            case REAL, UNSURE -> Optional.empty();
        };
    }
}
