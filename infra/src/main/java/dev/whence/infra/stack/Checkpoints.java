package dev.whence.infra.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** The checkpoints of former runs: FOLDER/job/chk-N/_metadata, complete once that file is there. */
final class Checkpoints {
    private static final String METADATA = "_metadata";
    private static final int DEPTH = 2;

    private Checkpoints() {}

    /** Folder of the newest complete checkpoint. */
    static Optional<Path> newest(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.walk(folder, DEPTH)) {
            return folders.filter(checkpoint -> Files.exists(checkpoint.resolve(METADATA)))
                    .max(Comparator.comparing(Checkpoints::completed).thenComparing(Checkpoints::number));
        } catch (IOException e) {
            throw new UncheckedIOException("The checkpoints in %s cannot be listed".formatted(folder), e);
        }
    }

    private static FileTime completed(Path checkpoint) {
        try {
            return Files.getLastModifiedTime(checkpoint.resolve(METADATA));
        } catch (IOException e) {
            throw new UncheckedIOException("The checkpoint %s cannot be read".formatted(checkpoint), e);
        }
    }

    private static long number(Path checkpoint) {
        String digits = String.valueOf(checkpoint.getFileName()).replaceAll("\\D", "");
        return digits.isEmpty() ? -1 : Long.parseLong(digits);
    }
}
