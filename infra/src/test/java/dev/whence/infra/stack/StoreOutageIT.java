package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.schemas.ErrorCode;
import dev.whence.vectorstore.milvus.MilvusIndex;
import dev.whence.vectorstore.milvus.MilvusServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server that holds the reference is killed in the middle of a stream and comes back. */
class StoreOutageIT {
    private static final String WAITS = "whence_store_waits_total";

    @TempDir
    Path folder;

    @Test
    void eachImageComesOutOnceThoughTheServerIsKilledAndStartedAgain() throws Exception {
        try (MilvusServer server = MilvusServer.start()) {
            Path reference = DemoImages.buildReference(
                    folder.resolve("reference"),
                    new ReferenceStore.Milvus(server.uri(), MilvusIndex.parse("FLAT"), MilvusAccess.PLAIN));
            List<byte[]> images = DemoImages.withBrokenOnes("vae", 0, 300);
            List<byte[]> before = images.subList(0, images.size() / 2);
            List<byte[]> during = images.subList(images.size() / 2, images.size());
            LocalStackSettings settings = LocalStackSettings.of(folder.resolve("data"), DemoImages.MODEL, reference);
            try (LocalStack stack = LocalStack.start(settings);
                    Uploader uploader = new Uploader(stack.bootstrapServers());
                    OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
                stack.awaitRunning();
                uploader.images(before);
                reader.readUntilSome(20);
                double waits = Counters.sum(WAITS);

                server.kill();
                uploader.images(during);
                Await.until("a batch waits for the server", () -> Counters.sum(WAITS) > waits);
                assertThat(reader.ledger.hasAll(Images.ids(images)))
                        .as("nothing left to do after the kill")
                        .isFalse();
                server.restart();

                reader.readUntilAllOf(Images.ids(before));
                reader.readUntilAllOf(Images.ids(during));
                reader.readUntilAllOf(uploader.markers(5));
                assertThat(reader.repeated()).isEmpty();
                assertThat(reader.letters.values())
                        .hasSize(images.size() / 10)
                        .allSatisfy(
                                letter -> assertThat(letter.getCode()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT.name()));
            }
        }
    }
}
