package dev.whence.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.whence.ingest.SourceImage.Bytes;
import dev.whence.ingest.SourceImage.Unreadable;
import dev.whence.schemas.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSourceTest {
    private static final int MAX_BYTES = 1_000;

    @TempDir
    Path folder;

    @Test
    void readsAFolderSortedWithSubFoldersAsLabels() throws IOException {
        write("wgan/b.png", "3");
        write("wgan/a.png", "2");
        write("dcgan/deep/x.png", "1");
        write("zzz.png", "4");

        assertThat(images(folder))
                .extracting(SourceImage::path, SourceImage::label, ImageSourceTest::text)
                .containsExactly(
                        row(folder.resolve("dcgan/deep/x.png"), "dcgan", "1"),
                        row(folder.resolve("wgan/a.png"), "wgan", "2"),
                        row(folder.resolve("wgan/b.png"), "wgan", "3"),
                        row(folder.resolve("zzz.png"), folder.getFileName().toString(), "4"));
    }

    @Test
    void takesAnArchiveInAFolderForASubFolderOfItsBaseName() throws IOException {
        Path known = Files.createDirectory(folder.resolve("known"));
        TestArchives.tar(known.resolve("dcgan.tar"), "part1/0.png", "part2/1.png");
        TestArchives.zip(known.resolve("pixelcnn++.zip"), "0.png");
        Files.createDirectory(known.resolve("v1.5"));
        Files.writeString(known.resolve("v1.5/0.png"), "x");

        assertThat(images(known))
                .extracting(SourceImage::label)
                .containsExactly("dcgan", "dcgan", "pixelcnn++", "v1.5");
    }

    @Test
    void readsATarInItsOrder() throws IOException {
        Path tar = TestArchives.tar(folder.resolve("dcgan.tar"), "b.png", "./a.png", "other/deep/c.png");

        assertThat(images(tar))
                .extracting(SourceImage::path, SourceImage::label, ImageSourceTest::text)
                .containsExactly(
                        row(tar + "!/b.png", "dcgan", "b.png"),
                        row(tar + "!/./a.png", "dcgan", "./a.png"),
                        row(tar + "!/other/deep/c.png", "other", "other/deep/c.png"));
    }

    @Test
    void readsAZipInItsOrder() throws IOException {
        Path zip = TestArchives.zip(folder.resolve("Images.ZIP"), "b.png", "real/a.png");

        assertThat(images(zip))
                .extracting(SourceImage::path, SourceImage::label, ImageSourceTest::text)
                .containsExactly(
                        row(zip + "!/b.png", "Images", "b.png"), row(zip + "!/real/a.png", "real", "real/a.png"));
    }

    @Test
    void readsASingleFileAndLabelsItByItsFolder() throws IOException {
        Path file = write("photos/readme.txt", "asked for by name");

        assertThat(images(file))
                .extracting(SourceImage::path, SourceImage::label, ImageSourceTest::text)
                .containsExactly(row(file, "photos", "asked for by name"));
    }

    @Test
    void skipsAndCountsWhatGoesWithImagesAndDeliversTheRest() throws IOException {
        for (String side :
                List.of("README", "notes.md", "generators.YAML", "meta.json", "x.csv", "index.html", ".DS_Store")) {
            write(side, "no image");
        }
        write(".git/blob.png", "no image");
        write("no-extension", "an image?");
        write("broken.png", "an image?");

        try (ImageSource source = ImageSource.open(folder)) {
            assertThat(rest(source)).hasSize(2);
            assertThat(source.skipped()).isEqualTo(8);
        }
    }

    @Test
    void countsWithoutReading() throws IOException {
        write("a.png", "1");
        write("b.txt", "2");
        TestArchives.tar(folder.resolve("c.tar"), "0.png", "1.png", "readme.md");

        assertThat(ImageSource.count(folder)).isEqualTo(3);
    }

    @Test
    void followsNoLinkOutOfTheFolder() throws IOException {
        Path secret = write("secret/key.png", "secret");
        Path images = Files.createDirectory(folder.resolve("images"));
        Path own = Files.writeString(images.resolve("own.png"), "own");
        Files.createSymbolicLink(images.resolve("inside.png"), own);
        Files.createSymbolicLink(images.resolve("outside.png"), secret);
        Files.createSymbolicLink(images.resolve("outside"), secret.getParent());
        Files.createSymbolicLink(images.resolve("circle"), images);
        Files.createSymbolicLink(images.resolve("nowhere.png"), folder.resolve("missing"));

        try (ImageSource source = ImageSource.open(images)) {
            assertThat(rest(source)).extracting(ImageSourceTest::text).containsExactly("own", "own");
            assertThat(source.skipped()).isEqualTo(4);
        }
    }

    @Test
    void deliversAnImageAtTheLimitAndNoneAboveIt() throws IOException {
        write("a-at.png", "x".repeat(MAX_BYTES));
        write("b-above.png", "x".repeat(MAX_BYTES + 1));

        List<SourceImage> images = images(folder);

        assertThat(text(images.get(0))).hasSize(MAX_BYTES);
        assertThat(codeOf(images.get(1))).isEqualTo(ErrorCode.TOO_MANY_BYTES);
    }

    @Test
    void saysOfAnEmptyFileThatItHasNoBytes() throws IOException {
        write("empty.png", "");

        assertThat(images(folder)).extracting(ImageSourceTest::text).containsExactly("");
    }

    @Test
    void doesNotAllocateWhatATarHeaderClaims() throws IOException {
        Path tar = TestArchives.tarClaiming(folder.resolve("liar.tar"), (8L << 30) - 1);

        List<SourceImage> images = images(tar);

        assertThat(images.get(0).path()).isEqualTo(tar + "!/claims.png");
        assertThat(codeOf(images.get(0))).isEqualTo(ErrorCode.TOO_MANY_BYTES);
        assertThat(images).hasSize(2);
        assertThat(images.get(1).path()).isEqualTo(tar.toString());
        assertThat(codeOf(images.get(1))).isEqualTo(ErrorCode.UNREADABLE_INPUT);
    }

    @Test
    void inflatesNoMoreOfAZipBombThanTheLimit() throws IOException {
        Path zip = TestArchives.zipBomb(folder.resolve("bomb.zip"), 64 << 20);

        List<SourceImage> images = images(zip);

        assertThat(images).extracting(ImageSourceTest::codeOf).containsExactly(ErrorCode.TOO_MANY_BYTES);
    }

    @Test
    void inflatesNoMoreOfABombThatLiesAboutItsSize() throws IOException {
        Path zip = TestArchives.lyingZipBomb(folder.resolve("bomb.zip"), 64 << 20, 10);

        List<SourceImage> images = images(zip);

        assertThat(images)
                .singleElement()
                .satisfies(image -> assertThat(sizeOf(image)).isLessThanOrEqualTo(MAX_BYTES));
    }

    @Test
    void deliversTheCutMemberOfATruncatedTarAsUnreadableAndWhatCameBefore() throws IOException {
        Path tar = TestArchives.tar(folder.resolve("cut.tar"), "whole.png", "cut.png");
        byte[] bytes = Files.readAllBytes(tar);
        Files.write(tar, Arrays.copyOf(bytes, 512 + 512 + 512 + 3));

        List<SourceImage> images = images(tar);

        assertThat(text(images.get(0))).isEqualTo("whole.png");
        assertThat(images.get(1).path()).isEqualTo(tar + "!/cut.png");
        assertThat(codeOf(images.get(1))).isEqualTo(ErrorCode.UNREADABLE_INPUT);
        assertThat(images).hasSize(2);
    }

    @Test
    void noticesThatATarHasBeenCutBetweenTwoMembers() throws IOException {
        Path tar = TestArchives.tar(folder.resolve("cut.tar"), "whole.png", "gone.png");
        Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), 1024));

        List<SourceImage> images = images(tar);

        assertThat(images).extracting(SourceImage::path).containsExactly(tar + "!/whole.png", tar.toString());
        assertThat(codeOf(images.get(1))).isEqualTo(ErrorCode.UNREADABLE_INPUT);
    }

    @Test
    void deliversOneItemForATarWhoseHeaderIsBroken() throws IOException {
        Path tar = TestArchives.tar(folder.resolve("broken.tar"), "whole.png", "broken.png");
        byte[] bytes = Files.readAllBytes(tar);
        bytes[1024 + 124] = '?'; // The size field of the second header is no octal number any more.
        Files.write(tar, bytes);

        List<SourceImage> images = images(tar);

        assertThat(images).hasSize(2);
        assertThat(text(images.get(0))).isEqualTo("whole.png");
        assertThat(images.get(1).path()).isEqualTo(tar.toString());
        assertThat(codeOf(images.get(1))).isEqualTo(ErrorCode.UNREADABLE_INPUT);
    }

    @Test
    void goesOnAfterAnArchiveThatIsNone() throws IOException {
        write("a.zip", "no zip at all");
        write("b.tar", "no tar at all");
        write("c.png", "c");

        List<SourceImage> images = images(folder);

        assertThat(images)
                .extracting(image -> image.content() instanceof Bytes
                        ? text(image)
                        : codeOf(image).name())
                .containsExactly("UNREADABLE_INPUT", "UNREADABLE_INPUT", "c");
        assertThat(images).extracting(SourceImage::label).startsWith("a", "b");
    }

    @Test
    void goesOnAfterAZipMemberThatCannotBeUnpacked() throws IOException {
        Path zip = TestArchives.zipWithBrokenFirstMember(folder.resolve("half.zip"), "broken.png", "whole.png");

        List<SourceImage> images = images(zip);

        assertThat(codeOf(images.get(0))).isEqualTo(ErrorCode.UNREADABLE_INPUT);
        assertThat(text(images.get(1))).isEqualTo("whole.png");
    }

    @Test
    void readsALongNameButNoneThatWouldFillTheMemory() throws IOException {
        Path fine = TestArchives.tar(folder.resolve("a-fine.tar"), "x".repeat(2_000) + ".png");
        Path evil = TestArchives.tarWithNameOf(2 << 20, folder.resolve("b-evil.tar"));

        List<SourceImage> images = images(folder);

        assertThat(images).hasSize(2);
        assertThat(images.get(0).path()).isEqualTo(fine + "!/" + "x".repeat(2_000) + ".png");
        assertThat(images.get(1).path()).isEqualTo(evil.toString());
        assertThat(((Unreadable) images.get(1).content()).message()).contains("longer than 1048576 bytes");
    }

    @Test
    void passesOverLinksAndDevicesInATar() throws IOException {
        Path tar = TestArchives.tarWithLinksAndDevices(folder.resolve("odd.tar"));

        try (ImageSource source = ImageSource.open(tar)) {
            assertThat(rest(source)).extracting(ImageSourceTest::text).containsExactly("plain");
            assertThat(source.skipped()).isEqualTo(4);
        }
    }

    @Test
    void showsNamesOfStrangersWithoutControlCharactersAndNeverAsPlaces() throws IOException {
        Path tar = TestArchives.tar(folder.resolve("evil.tar"), "../../etc/pass\u001B[2Jwd.png", "/abs/x.png");

        List<SourceImage> images = images(tar);

        assertThat(images.get(0).path()).isEqualTo(tar + "!/../../etc/pass\uFFFD[2Jwd.png");
        assertThat(images).extracting(SourceImage::label).containsExactly("etc", "abs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"images.tar.gz", "images.tgz", "images.7z", "images.rar"})
    void saysOfAnotherArchiveTypeThatItIsNotRead(String name) throws IOException {
        Path archive = write(name, "x");

        assertThatThrownBy(() -> ImageSource.open(archive))
                .isInstanceOf(UnusableSourceException.class)
                .hasMessageContaining("unpack it");
    }

    @Test
    void saysThatAPathIsMissing() {
        assertThatThrownBy(() -> ImageSource.open(folder.resolve("missing")))
                .isInstanceOf(UnusableSourceException.class)
                .hasMessageContaining("There is no");
    }

    @Test
    void endsWithAnException() throws IOException {
        try (ImageSource source = ImageSource.open(folder)) {
            assertThat(source.hasNext()).isFalse();
            assertThatThrownBy(source::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(folder.resolve(name).resolve("..").normalize());
        return Files.writeString(file, content);
    }

    private static List<SourceImage> images(Path source) throws IOException {
        try (ImageSource images = ImageSource.open(source, MAX_BYTES)) {
            return rest(images);
        }
    }

    private static List<SourceImage> rest(ImageSource images) {
        List<SourceImage> all = new ArrayList<>();
        images.forEachRemaining(all::add);
        return all;
    }

    private static String text(SourceImage image) {
        return new String(((Bytes) image.content()).bytes(), StandardCharsets.UTF_8);
    }

    private static int sizeOf(SourceImage image) {
        return image.content() instanceof Bytes content ? content.bytes().length : 0;
    }

    private static ErrorCode codeOf(SourceImage image) {
        return ((Unreadable) image.content()).code();
    }

    private static Tuple row(Object path, String label, String text) {
        return tuple(path.toString(), label, text);
    }
}
