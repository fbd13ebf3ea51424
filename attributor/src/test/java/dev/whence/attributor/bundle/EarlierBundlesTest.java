package dev.whence.attributor.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.attributor.image.Framing;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.space.EmbeddingSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles that earlier versions wrote open as they always did; those of later ones are refused. */
class EarlierBundlesTest {
    /** The demo's first bundle. */
    private static final Path FIRST = Path.of("src/test/resources/bundle/format-1");

    @TempDir
    private Path folder;

    @Test
    void theFirstFormatHasOneProjectionAndNoNovelty() {
        ModelBundle bundle = ModelBundle.open(FIRST);
        ModelManifest manifest = bundle.manifest();
        assertThat(manifest.format()).isEqualTo(1);
        assertThat(bundle.views())
                .containsExactly(
                        new View(EmbeddingSpace.FREQ, Projection.AFFINE_HULL),
                        new View(EmbeddingSpace.RESIDUAL, Projection.AFFINE_HULL));
        assertThat(manifest.novelty()).isNull();
        assertThat(manifest.framing()).isEqualTo(Framing.RESIZE);
        assertThat(manifest.classes())
                .extracting(ModelManifest.SourceClass::name)
                .containsExactly("real", "dcgan", "lsgan", "realnvp", "vae");
        assertThat(bundle.prototypes()).hasDimensions(5, 128);
    }

    @Test
    void aLaterFormatIsRefused() throws IOException {
        try (var files = Files.list(FIRST)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path manifest = folder.resolve("model.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"format\" : 1,", "\"format\" : 99,"));
        assertThatThrownBy(() -> ModelBundle.open(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has format 99, this version reads up to 4");
    }
}
