package dev.whence.stream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedEnginesTest {
    private static final int THREADS = 3;

    private final AtomicInteger opened = new AtomicInteger();
    private final ImageAttributor.Factory factory = (bundle, reference) -> {
        opened.incrementAndGet();
        return new PickyAttributor();
    };

    @TempDir
    private Path folder;

    @Test
    void subtasksWithEqualSettingsShareOneEngineAndItsThreads() {
        try (SharedEngines.Lease first = SharedEngines.lease(settings("bundle"));
                SharedEngines.Lease second = SharedEngines.lease(settings("bundle"))) {
            assertThat(second.engine()).isSameAs(first.engine());
            assertThat(opened).hasValue(1);
            assertThat(inferenceThreads()).hasSize(THREADS);
        }
        assertThat(inferenceThreads()).isEmpty();
    }

    @Test
    void theLastToLeaveClosesItAndTheNextOpensAFreshOne() {
        SharedEngines.Lease first = SharedEngines.lease(settings("bundle"));
        SharedEngines.lease(settings("bundle")).close();
        assertThat(inferenceThreads()).hasSize(THREADS);
        first.close();
        SharedEngines.lease(settings("bundle")).close();

        assertThat(opened).hasValue(2);
        assertThat(inferenceThreads()).isEmpty();
    }

    @Test
    void anotherModelIsAnotherEngine() {
        try (SharedEngines.Lease first = SharedEngines.lease(settings("bundle"));
                SharedEngines.Lease second = SharedEngines.lease(settings("another"))) {
            assertThat(second.engine()).isNotSameAs(first.engine());
        }
    }

    private EngineSettings settings(String bundle) {
        return new EngineSettings(
                factory,
                ModelChoice.of(bundle, "reference"),
                folder.toString(),
                8,
                Duration.ofMillis(1),
                THREADS,
                Duration.ofSeconds(2));
    }

    private static List<String> inferenceThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("attribute-"))
                .toList();
    }
}
