package dev.whence.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The archives that are read, told by their extension. */
enum ArchiveType {
    TAR {
        @Override
        Members open(Path archive, Function<MemberName, String> label) throws IOException {
            return new TarMembers(archive, label);
        }
    },
    ZIP {
        @Override
        Members open(Path archive, Function<MemberName, String> label) throws IOException {
            return new ZipMembers(archive, label);
        }
    };

    private static final Set<String> NOT_READ =
            Set.of("gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "7z", "rar", "jar");

    static Optional<ArchiveType> of(String fileName) {
        return switch (MemberName.extension(fileName)) {
            case "tar" -> Optional.of(TAR);
            case "zip" -> Optional.of(ZIP);
            default -> Optional.empty();
        };
    }

    /** Whether the file is an archive of a type that is not read here. */
    static boolean isOfOtherType(String fileName) {
        return NOT_READ.contains(MemberName.extension(fileName));
    }

    /** @param label gives a member's label */
    abstract Members open(Path archive, Function<MemberName, String> label) throws IOException;
}
