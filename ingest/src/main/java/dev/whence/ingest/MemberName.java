package dev.whence.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The name of a file or of an archive's member, seen as text only: a stranger wrote it, so it is never resolved to a
 * place, and control characters in it are replaced.
 */
final class MemberName {
    /** Files that go with collections of images. */
    private static final Set<String> SIDE_FILE_EXTENSIONS =
            Set.of("txt", "md", "yaml", "yml", "json", "jsonl", "csv", "tsv", "html", "htm");

    private static final Set<String> SIDE_FILES = Set.of("readme", "license", "licence", "copying", "notice");

    private final List<String> folders;
    private final String file;

    MemberName(String name) {
        List<String> parts = Arrays.stream(printable(name).split("/"))
                .filter(part -> !part.isEmpty() && !part.equals(".") && !part.equals(".."))
                .toList();
        this.folders = parts.isEmpty() ? List.of() : parts.subList(0, parts.size() - 1);
        this.file = parts.isEmpty() ? "" : parts.get(parts.size() - 1);
    }

    /** Folder nearest to the root of its place. */
    Optional<String> firstFolder() {
        return folders.stream().findFirst();
    }

    /** Whether it is hidden or goes with images without being one: such files are no input. */
    boolean isSideFile() {
        return isHidden(file)
                || folders.stream().anyMatch(folder -> isHidden(folder) || folder.equals("__MACOSX"))
                || SIDE_FILE_EXTENSIONS.contains(extension(file))
                || SIDE_FILES.contains(file.toLowerCase(Locale.ROOT));
    }

    /** The extension in lower case, without its dot; empty if there is none. */
    static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** Its last part. */
    String file() {
        return file;
    }

    /** The name up to its last dot. */
    static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? name : name.substring(0, dot);
    }

    /** The text with every control character, line break and text-direction mark replaced. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "\uFFFD");
    }

    private static boolean isHidden(String name) {
        return name.startsWith(".");
    }
}
