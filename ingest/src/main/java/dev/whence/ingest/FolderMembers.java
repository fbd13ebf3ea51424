package dev.whence.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder, sorted by name. Links to files inside the source's root are read as files; every other link is passed over,
 * those to folders too, since they can run in circles.
 */
final class FolderMembers implements Members {
    private static final Logger LOG = LoggerFactory.getLogger(FolderMembers.class);

    private final Root root;
    private final Iterator<Path> paths;
    private long passedOver;

    private FolderMembers(Root root, Path folder) throws IOException {
        this.root = root;
        try (Stream<Path> listing = Files.list(folder)) {
            this.paths = listing.sorted(Comparator.comparing(Path::toString))
                    .toList()
                    .iterator();
        }
    }

    /** @param label what the files are labelled that lie in no sub-folder */
    static FolderMembers ofRoot(Path folder, String label) throws IOException {
        return new FolderMembers(new Root(folder, folder.toRealPath(), label), folder);
    }

    @Override
    public Optional<Entry> next() {
        while (paths.hasNext()) {
            Path path = paths.next();
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of(folder(path));
            }
            if (isFileOfTheRoot(path)) {
                return Optional.of(fileOrArchive(path));
            }
            LOG.warn("Passed over {}: neither a file nor a link to one inside the folder", path);
            passedOver++;
        }
        return Optional.empty();
    }

    private boolean isFileOfTheRoot(Path path) {
        if (!Files.isSymbolicLink(path)) {
            return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        }
        try {
            Path target = path.toRealPath();
            return target.startsWith(root.real) && Files.isRegularFile(target);
        } catch (IOException e) {
            return false; // A link to nowhere, or in a circle.
        }
    }

    private Entry folder(Path path) {
        MemberName name = nameOf(path);
        String label = name.firstFolder().orElse(name.file());
        return new InnerPlace(
                MemberName.printable(path.toString()), label, name.isSideFile(), () -> new FolderMembers(root, path));
    }

    private Entry fileOrArchive(Path path) {
        MemberName name = nameOf(path);
        Optional<ArchiveType> archive = ArchiveType.of(name.file());
        if (archive.isEmpty()) {
            return new FileMember(path, name.firstFolder().orElse(root.label), name.isSideFile());
        }
        String label = name.firstFolder().orElse(MemberName.stem(name.file()));
        return new InnerPlace(
                MemberName.printable(path.toString()),
                label,
                name.isSideFile(),
                () -> archive.get().open(path, member -> label));
    }

    private MemberName nameOf(Path path) {
        return new MemberName(root.path
                .relativize(path)
                .toString()
                .replace(path.getFileSystem().getSeparator(), "/"));
    }

    @Override
    public long passedOver() {
        return passedOver;
    }

    @Override
    public void close() {}

    /**
     * @param path the source as it was given
     * @param real the same with every link resolved
     */
    private record Root(Path path, Path real, String label) {}
}
