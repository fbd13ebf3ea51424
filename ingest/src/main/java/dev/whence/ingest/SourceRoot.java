package dev.whence.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tells what the path is that a user named as a source. */
final class SourceRoot {
    private SourceRoot() {}

    static Members.Place of(Path source) throws UnusableSourceException {
        if (!Files.exists(source)) {
            throw new UnusableSourceException(
                    "There is no %s: give a file, a folder, a .tar or a .zip with images".formatted(source));
        }
        String name = baseName(source.toAbsolutePath().normalize());
        if (Files.isDirectory(source)) {
            return place(source, name, () -> FolderMembers.ofRoot(source, name));
        }
        if (!Files.isRegularFile(source)) {
            throw new UnusableSourceException(
                    "%s is neither a file nor a folder: give a file, a folder, a .tar or a .zip".formatted(source));
        }
        if (ArchiveType.isOfOtherType(name)) {
            throw new UnusableSourceException(
                    "%s is an archive of a type that is not read: unpack it, or pack it as .tar or .zip"
                            .formatted(source));
        }
        Optional<ArchiveType> archive = ArchiveType.of(name);
        if (archive.isPresent()) {
            String stem = MemberName.stem(name);
            return place(
                    source,
                    stem,
                    () -> archive.get()
                            .open(source, member -> member.firstFolder().orElse(stem)));
        }
        String folder = Optional.ofNullable(source.toAbsolutePath().normalize().getParent())
                .map(SourceRoot::baseName)
                .orElse("");
        return place(source, folder, () -> new FileMember(source, folder, false).alone());
    }

    private static InnerPlace place(Path source, String label, InnerPlace.Opening opening) {
        return new InnerPlace(MemberName.printable(source.toString()), label, false, opening);
    }

    /** The last part of the path; empty for the root of a file system. */
    private static String baseName(Path path) {
        return Optional.ofNullable(path.getFileName())
                .map(name -> MemberName.printable(name.toString()))
                .orElse("");
    }
}
