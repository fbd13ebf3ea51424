package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A file system of four megabytes in memory, which can be filled. Linux lets only root mount it: others skip the test. */
final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts it on this folder, which is created. */
    static SmallDisk mount(Path folder) throws Exception {
        Files.createDirectories(folder);
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.toString());
        if (!mounted) {
            System.out.println("The test of a full disk is skipped: this user may not mount a file system");
        }
        Assumptions.assumeTrue(mounted, "this user may not mount a file system");
        return new SmallDisk(folder);
    }

    Path folder() {
        return folder;
    }

    /** Until not one byte more fits. */
    void fill() {
        try (OutputStream out = Files.newOutputStream(ballast())) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    void free() throws IOException {
        Files.delete(ballast());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    @Override
    public void close() {
        assertThat(run("umount", "--lazy", folder.toString())).as("unmounted").isTrue();
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
