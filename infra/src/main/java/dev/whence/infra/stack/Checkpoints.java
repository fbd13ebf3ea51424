package dev.whence.infra.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The checkpoints of former runs: FOLDER/job/chk-N/_metadata, complete once that file is there. A job that still runs deletes
 * its older ones meanwhile: those that go count as not there.
 */
final class Checkpoints {
    private static final String METADATA = "_metadata";
    private static final int DEPTH = 2;

    private Checkpoints() {}

    /** Folder of the newest complete checkpoint. */
    static Optional<Path> newest(Path folder) {
        return walk(folder, DEPTH)
                .flatMap(candidate -> Complete.of(candidate).stream())
                .max(Comparator.comparing(Complete::since).thenComparing(Complete::number))
                .map(Complete::folder);
    }

    /** Files.walk gives up when a folder goes that it has listed. */
    private static Stream<Path> walk(Path folder, int depth) {
        return depth == 0
                ? Stream.of(folder)
                : Stream.concat(Stream.of(folder), members(folder).flatMap(member -> walk(member, depth - 1)));
    }

    private static Stream<Path> members(Path folder) {
        try (Stream<Path> members = Files.list(folder)) {
            return members.toList().stream();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("The checkpoints in %s cannot be listed".formatted(folder), e);
        }
    }

    private record Complete(Path folder, FileTime since) {
        static Optional<Complete> of(Path folder) {
            Path metadata = folder.resolve(METADATA);
            if (!Files.exists(metadata)) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Complete(folder, Files.getLastModifiedTime(metadata)));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException("The checkpoint %s cannot be read".formatted(folder), e);
            }
        }

        long number() {
            String digits = String.valueOf(folder.getFileName()).replaceAll("\\D", "");
            return digits.isEmpty() ? -1 : Long.parseLong(digits);
        }
    }
}
