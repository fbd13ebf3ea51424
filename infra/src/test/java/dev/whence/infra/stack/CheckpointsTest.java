package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    private static final int LOOKS = 2_000;

    @TempDir
    Path folder;

    @Test
    void findsTheNewestOfAllJobs() throws Exception {
        checkpoint("older", 12, 1_000);
        checkpoint("newer", 9, 2_000);
        checkpoint("newer", 10, 2_000);

        assertThat(Checkpoints.newest(folder)).contains(folder.resolve("newer/chk-10"));
    }

    @Test
    void passesOverOneThatIsNotComplete() throws Exception {
        checkpoint("job", 1, 1_000);
        Files.createDirectories(folder.resolve("job/chk-2"));

        assertThat(Checkpoints.newest(folder)).contains(folder.resolve("job/chk-1"));
    }

    @Test
    void findsNoneWhereThereIsNoFolder() {
        assertThat(Checkpoints.newest(folder.resolve("nowhere"))).isEmpty();
    }

    @Test
    void survivesAJobThatDeletesCheckpointsMeanwhile() throws Exception {
        checkpoint("former", 1, 1_000);
        AtomicBoolean looking = new AtomicBoolean(true);
        CompletableFuture<Void> job = CompletableFuture.runAsync(() -> {
            for (int number = 1; looking.get(); number++) {
                comeAndGo(number);
            }
        });
        try {
            for (int i = 0; i < LOOKS; i++) {
                assertThat(Checkpoints.newest(folder)).isPresent();
            }
        } finally {
            looking.set(false);
            job.join();
        }
    }

    private void comeAndGo(int number) {
        try {
            Path checkpoint = checkpoint("live", number, 2_000);
            Files.delete(checkpoint.resolve("_metadata"));
            Files.delete(checkpoint);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private Path checkpoint(String job, int number, long completed) throws IOException {
        Path checkpoint = Files.createDirectories(folder.resolve(job).resolve("chk-" + number));
        Files.setLastModifiedTime(Files.createFile(checkpoint.resolve("_metadata")), FileTime.fromMillis(completed));
        return checkpoint;
    }
}
