package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.infra.InProcess;
import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ModelChange;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.SingleObject;
import dev.whence.schemas.Topic;
import dev.whence.stream.AttributionJobSettings;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model of a running job is changed by a message, to one that is good and to ones that are not. */
class ModelChangeIT {
    private static final String FIRST =
            ModelBundle.open(DemoImages.MODEL).manifest().version();

    private static final byte[] KEY = {1};

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path reference;
    private long noise;

    @BeforeEach
    void buildTheReference() throws Exception {
        reference = DemoImages.buildReference(folder.resolve("reference"), new ReferenceStore.Embedded());
    }

    @Test
    void imagesGoToTheNewModelWithoutARestartAndTheChangeOutlivesOne() throws Exception {
        Path second = DemoImages.modelOfVersion("second", folder.resolve("second"));
        Path third = DemoImages.modelOfVersion("third", folder.resolve("third"));
        LocalStackSettings settings = settings(DemoImages.MODEL);
        List<byte[]> images = new ArrayList<>();
        try (Running running = new Running(settings)) {
            running.upload(images, 40);
            running.reader.readUntilAllOf(Images.ids(images));

            assertThat(running.change(second)).isZero();
            assertThat(out.toString()).contains("is told to go on with", "whence.models-0@0");
            images.addAll(running.uploadUntilLast("second"));

            assertThat(running.versionsOf(images)).containsOnlyKeys(FIRST, "second");
            assertThat(running.versionsOf(images).get(FIRST)).isGreaterThanOrEqualTo(40);
            assertThat(running.reader.events)
                    .extracting(event ->
                            event.getModel().getVersion() + event.getModel().getSha256())
                    .containsOnly(identity(DemoImages.MODEL), identity(second));
            assertThat(running.reader.repeated()).isEmpty();
            assertThat(running.reader.letters).isEmpty();
            assertThat(running.metrics())
                    .contains("whence_job_restarts_total 0.0")
                    .containsPattern("whence_model_info\\{[^}]*version=\"second\"")
                    .doesNotContainPattern("whence_model_info\\{[^}]*version=\"" + FIRST);
        }

        assertThat(versionsAfterAStart(settings)).as("started as before").containsOnlyKeys("second");
        assertThat(versionsAfterAStart(settings(third)))
                .as("started with another model")
                .containsOnlyKeys("third");
    }

    private Map<String, Long> versionsAfterAStart(LocalStackSettings settings) throws Exception {
        try (Running running = new Running(settings)) {
            List<byte[]> images = new ArrayList<>();
            running.upload(images, 20);
            running.reader.readUntilAllOf(Images.ids(images));
            assertThat(running.reader.repeated()).isEmpty();
            return running.versionsOf(images);
        }
    }

    @Test
    void aChangeThatCameWhileNoJobWasThereIsFollowedUnlessTheNextOneIsStartedWithAnotherModel() throws Exception {
        Path second = DemoImages.modelOfVersion("second", folder.resolve("second"));
        Path third = DemoImages.modelOfVersion("third", folder.resolve("third"));
        Path fourth = DemoImages.modelOfVersion("fourth", folder.resolve("fourth"));
        assertThat(versionsAfterAStart(settings(DemoImages.MODEL))).containsOnlyKeys(FIRST);
        changeWithoutAJob(second);
        try (Running running = new Running(settings(DemoImages.MODEL))) {
            running.uploadUntilLast("second");
        }
        changeWithoutAJob(fourth);
        List<byte[]> images = new ArrayList<>();
        try (Running running = new Running(settings(third))) {
            running.upload(images, 20);
            running.reader.readUntilAllOf(Images.ids(images));
            assertThat(running.change(DemoImages.MODEL)).isZero();
            images.addAll(running.uploadUntilLast(FIRST));
            assertThat(running.versionsOf(images))
                    .as("those between are not the fourth's")
                    .containsOnlyKeys("third", FIRST);
        }
    }

    private void changeWithoutAJob(Path model) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("data").resolve("kafka"), 0)) {
            assertThat(change(broker.bootstrapServers(), model)).isZero();
        }
    }

    @Test
    void aChangeThatCannotBeFollowedIsOneDeadLetterAndChangesNothing() throws Exception {
        Path second = DemoImages.modelOfVersion("second", folder.resolve("second"));
        try (Running running = new Running(settings(DemoImages.MODEL));
                KafkaProducer<byte[], byte[]> models = new KafkaProducer<>(
                        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, running.stack.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            ModelChange.Builder change = ModelChange.newBuilder()
                    .setJob(AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX)
                    .setBundle(second.toString())
                    .setBundleSha256(ModelBundle.open(second).sha256())
                    .setReference(reference.toString())
                    .setReferenceVersion("none of that version")
                    .setChangedAt(Instant.EPOCH);
            models.send(message(change.build())).get();
            models.send(message(change.setBundle(folder.resolve("nowhere").toString())
                            .build()))
                    .get();
            models.send(message(change.setJob("another job").build())).get();
            models.send(new ProducerRecord<>(Topic.MODELS.topicName(), KEY, new byte[] {1, 2, 3}))
                    .get();

            List<byte[]> images = new ArrayList<>();
            running.uploadUntil(images, () -> running.reader.letters.size() == 3);
            running.reader.readUntilAllOf(running.uploader.markers(9));

            assertThat(running.reader.letters)
                    .containsOnlyKeys("whence.models-0@0", "whence.models-0@1", "whence.models-0@3");
            assertThat(running.letter(0).getCode()).isEqualTo(ErrorCode.MODEL_REFUSED.name());
            assertThat(running.letter(0).getMessage()).contains("The model stays as it was", "none of that version");
            assertThat(running.letter(1).getMessage()).contains("nowhere");
            assertThat(running.letter(3).getCode()).isEqualTo(ErrorCode.UNDECODABLE_MESSAGE.name());
            assertThat(running.versionsOf(images)).containsOnlyKeys(FIRST);
            assertThat(running.metrics())
                    .contains("whence_job_restarts_total 0.0")
                    .containsPattern("whence_model_info\\{[^}]*version=\"" + FIRST);
        }
    }

    @Test
    void aModelThatDoesNotFitTheReferenceIsRefusedBeforeAnyJobIsTold() throws Exception {
        Path broken = DemoImages.modelOfVersion("broken", folder.resolve("broken"));
        Files.writeString(broken.resolve("attribute.onnx"), "damaged");

        assertThat(change("127.0.0.1:1", broken)).isEqualTo(1);
        assertThat(err.toString()).contains("attribute.onnx");
    }

    private static String identity(Path model) {
        ModelBundle bundle = ModelBundle.open(model);
        return bundle.manifest().version() + bundle.sha256();
    }

    private static ProducerRecord<byte[], byte[]> message(ModelChange change) {
        return new ProducerRecord<>(Topic.MODELS.topicName(), KEY, SingleObject.encode(change));
    }

    private LocalStackSettings settings(Path model) {
        return Stacks.withOneThread(LocalStackSettings.of(folder.resolve("data"), model, reference));
    }

    private int change(String bootstrapServers, Path model) {
        return InProcess.whence(
                out,
                err,
                "switch",
                "--bootstrap-servers",
                bootstrapServers,
                "--model",
                model.toString(),
                "--reference",
                reference.toString());
    }

    /** A stack with somebody who uploads and somebody who reads. */
    private final class Running implements AutoCloseable {
        private final LocalStack stack;
        private final Uploader uploader;
        private final OutcomeReader reader;

        Running(LocalStackSettings settings) throws InterruptedException {
            stack = LocalStack.start(settings);
            stack.awaitRunning();
            uploader = new Uploader(stack.bootstrapServers());
            reader = new OutcomeReader(stack.bootstrapServers(), stack::failure);
        }

        void upload(List<byte[]> images, int count) {
            List<byte[]> some = Images.noise(count, ++noise);
            uploader.images(some);
            images.addAll(some);
        }

        /** Every subtask changes on its own. */
        List<byte[]> uploadUntilLast(String version) throws Exception {
            List<byte[]> images = new ArrayList<>();
            uploadUntil(
                    images,
                    () -> versionsOf(images.subList(images.size() - 20, images.size()))
                            .keySet()
                            .equals(Set.of(version)));
            return images;
        }

        void uploadUntil(List<byte[]> images, Callable<Boolean> enough) throws Exception {
            Await.until("what was told is done", () -> {
                upload(images, 20);
                reader.readUntilAllOf(Images.ids(images));
                return enough.call();
            });
        }

        int change(Path model) {
            return ModelChangeIT.this.change(stack.bootstrapServers(), model);
        }

        Map<String, Long> versionsOf(List<byte[]> images) {
            List<String> ids = Images.ids(images);
            return reader.events.stream()
                    .filter(event -> ids.contains(event.getImageId()))
                    .collect(Collectors.groupingBy(ModelChangeIT::version, Collectors.counting()));
        }

        DeadLetter letter(int offset) {
            return Objects.requireNonNull(reader.letters.get("whence.models-0@" + offset));
        }

        String metrics() throws Exception {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(stack.metricsUri()).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }

        @Override
        public void close() {
            reader.close();
            uploader.close();
            stack.close();
        }
    }

    private static String version(ProvenanceEvent event) {
        return event.getModel().getVersion();
    }
}
