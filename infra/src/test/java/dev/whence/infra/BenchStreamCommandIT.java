package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the demo's model and images. It says nothing of how fast anything is. */
final class BenchStreamCommandIT {
    private static final int IMAGES = 100;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void measuresEveryConfigurationAndEveryImageComesBack() throws Exception {
        String reference = folder.resolve("reference").toString();
        assertThat(whence(
                        "reference build --images demo/pack/reference.zip --name fashion --spaces FREQ,RESIDUAL --out "
                                + reference))
                .as(err.toString())
                .isZero();
        assertThat(whence("bench stream --model demo/model --reference " + reference
                        + " --delivery exactly-once,at-least-once --checkpoint-intervals 100 --parallelism 2 --rounds 1"
                        + " --images " + IMAGES
                        + " --threads 2 --batch-size 16 --warm-up-seconds 0.1 --seconds 0.5 --step 2 --step-seconds 0.5"
                        + " --overload-seconds 0.5 --json demo/pack/known/vae.zip"))
                .as(err.toString())
                .isZero();
        JsonNode figures = new ObjectMapper().readTree(out.toString());

        assertThat(figures.at("/machine/cores").asInt()).isPositive();
        assertThat(figures.at("/method/inferenceThreads").asInt()).isEqualTo(2);
        assertThat(figures.at("/method/intraOpThreads").asInt()).isOne();
        assertThat(figures.at("/configurations").findValuesAsText("delivery"))
                .containsExactly("exactly-once", "at-least-once");
        for (JsonNode one : figures.at("/configurations")) {
            assertThat(one.at("/checkpointMillis").asInt()).isEqualTo(100);
            assertThat(one.at("/parallelism").asInt()).isEqualTo(2);
            assertThat(one.at("/throughput/ratio/median").asDouble()).isPositive();
            assertThat(one.at("/throughput/cpuRatio/median").asDouble()).isPositive();
            for (String side : new String[] {"plainLoop", "pipeline", "passThrough"}) {
                JsonNode speed = one.at("/throughput/" + side);
                assertThat(speed.at("/imagesPerSecond/median").asDouble())
                        .as(side)
                        .isPositive();
                assertThat(speed.at("/cpuMillis/median").asDouble()).as(side).isPositive();
            }
            assertThat(one.at("/cpuMillisByThread/inference").asDouble()).isPositive();
            assertBatches(one.at("/batches/fullLoad"), IMAGES);
            assertThat(IMAGES / one.at("/batches/fullLoad/batches").asDouble())
                    .as("images in a batch of at most 16 under full load")
                    .isGreaterThan(8);
            assertThat(one.at("/latencies").findValuesAsText("job"))
                    .containsExactlyElementsOf(Stream.of("pipeline", "pass-through")
                            .flatMap(job -> IntStream.range(0, 4).mapToObj(phase -> job))
                            .toList());
            for (JsonNode latency : one.at("/latencies")) {
                assertLatency(latency);
            }
            JsonNode steady = one.at("/latencies/0");
            assertThat(steady.at("/phase").asText()).isEqualTo("steady");
            assertBatches(one.at("/batches/steady"), steady.at("/sent").asLong());
            assertThat(one.at("/latencies/3/backlogSeconds").asDouble()).isNotNegative();
            assertThat(one.at("/overload")).hasSizeGreaterThan(1);
            for (JsonNode look : one.at("/overload")) {
                assertThat(look.at("/heapMebibytes").asDouble()).isPositive();
            }
        }
    }

    private static void assertLatency(JsonNode latency) {
        String what = latency.toString();
        assertThat(latency.at("/sent").asLong()).as(what).isPositive();
        assertThat(latency.at("/answered").asLong())
                .as(what)
                .isEqualTo(latency.at("/sent").asLong());
        assertThat(latency.at("/repeated").asLong()).as(what).isZero();
        assertThat(Stream.of("p50", "p90", "p99", "max")
                        .map(quantile -> latency.at("/" + quantile + "Millis").asDouble()))
                .as(what)
                .isSorted()
                .allMatch(millis -> millis > 0);
        assertThat(latency.at("/lateMaxMillis").asDouble())
                .as(what)
                .isGreaterThanOrEqualTo(latency.at("/lateP99Millis").asDouble());
    }

    private static void assertBatches(JsonNode batches, long images) {
        assertThat(batches.at("/images").asLong()).isEqualTo(images);
        long batchesOfAllSizes = 0;
        long mostImages = 0;
        for (JsonNode bucket : batches.at("/histogram")) {
            batchesOfAllSizes += bucket.at("/batches").asLong();
            mostImages += bucket.at("/batches").asLong() * bucket.at("/atMost").asLong();
        }
        assertThat(batchesOfAllSizes).isEqualTo(batches.at("/batches").asLong()).isPositive();
        assertThat(mostImages).isGreaterThanOrEqualTo(images);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--parallelism 0",
                "--rounds 0",
                "--images 0",
                "--batch-size 0",
                "--checkpoint-intervals 200,5",
                "--delivery twice",
                "--load 0",
                "--step-seconds 0",
                "--overload -1"
            })
    void refusesWrongUseInOneSentence(String options) {
        assertThat(whence("bench stream --model demo/model --reference demo/model demo/pack/real.zip " + options))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("whence: ").doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    private int whence(String arguments) {
        return InProcess.whence(out, err, arguments.split(" "));
    }
}
