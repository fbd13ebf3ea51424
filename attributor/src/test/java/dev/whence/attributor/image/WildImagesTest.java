package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Real photographs and generated faces, where the folder with them lies beside the repository. */
class WildImagesTest {
    private static final Path WILD =
            Path.of("../../shared/data/wild").toAbsolutePath().normalize();

    @Test
    void decodesEveryRealFile() throws Exception {
        assumeThat(WILD).as("skipped: the pictures are not in %s", WILD).isDirectory();
        ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
        List<Path> files = pictures();
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            assertThat(decoder.decode(Files.readAllBytes(file), 64).rgb())
                    .as("%s", file)
                    .hasSize(64 * 64 * 3);
        }
    }

    @Test
    void cutsCropsOutOfEveryRealFile() throws Exception {
        assumeThat(WILD).as("skipped: the pictures are not in %s", WILD).isDirectory();
        ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
        for (Path file : pictures()) {
            assertThat(decoder.decode(Files.readAllBytes(file), 64, new Framing(5))
                            .crops())
                    .as("%s", file)
                    .hasSize(5);
        }
    }

    private static List<Path> pictures() throws IOException {
        try (Stream<Path> files = Files.list(WILD)) {
            return files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .toList();
        }
    }
}
