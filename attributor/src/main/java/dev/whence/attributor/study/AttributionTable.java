package dev.whence.attributor.study;

import dev.whence.attributor.AttributionNetwork;
import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.Crops;
import dev.whence.attributor.evaluation.Calibration;
import dev.whence.attributor.evaluation.Evaluation;
import dev.whence.attributor.evaluation.LabelledAttribution;
import dev.whence.attributor.evaluation.OpenSet;
import dev.whence.attributor.openset.NoveltyMethod;
import dev.whence.attributor.openset.NoveltyScore;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import dev.whence.attributor.training.AttributionTrainer;
import dev.whence.attributor.training.FusedModel;
import dev.whence.attributor.training.TrainedViews;
import dev.whence.attributor.training.TrainingSettings;
import dev.whence.attributor.training.ViewArtifacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Accuracy and Frechet distance ratio of every space, of all fused, and of baselines, over several seeds.
 *
 * <p>Rows: each view by itself, with the paper's own (nearest point) and the raw embedding, which is the baseline of the same network without
 * any artifact; all views of the settings fused, that without the raw ones and the raw ones alone (the ablation); and methods of others.
 */
final class AttributionTable {
    /** What a row is: see the text of the section. */
    private record Row(String kind, String name, List<View> views) {}

    private final StudyData data;
    private final TrainingSettings settings;
    private final List<Row> rows;
    private final Map<Row, List<Evaluation>> measured = new LinkedHashMap<>();
    private final Map<Row, List<Double>> uncalibrated = new LinkedHashMap<>();
    private final Map<String, Reading> firstTest = new LinkedHashMap<>();
    private final Map<String, Reading> firstUnknown = new TreeMap<>();
    private Optional<FusedModel> first = Optional.empty();

    /**
     * @param fused of the first seed
     * @param test readings of the test images by every row's network of the first seed, by the row's name
     * @param unknown readings of the unknown generators by the fused one
     */
    record Made(Section section, FusedModel fused, Map<String, Reading> test, Map<String, Reading> unknown) {
        Reading fusedTest() {
            return Objects.requireNonNull(test.get(FUSED));
        }
    }

    private AttributionTable(StudyData data, TrainingSettings settings) {
        this.data = data;
        this.settings = settings;
        rows = rows(settings.views());
    }

    private static List<Row> rows(List<View> fused) {
        Set<View> single = new LinkedHashSet<>();
        for (EmbeddingSpace space : View.spaces(fused)) {
            single.add(new View(space, Projection.NONE));
            single.add(new View(space, Projection.NEAREST));
            fused.stream().filter(view -> view.space().equals(space)).forEach(single::add);
        }
        List<Row> rows = new ArrayList<>();
        for (View view : single) {
            String kind = view.projection() == Projection.NONE
                    ? "baseline: raw embedding"
                    : view.projection() == Projection.NEAREST ? "paper: nearest point" : "artifact";
            rows.add(new Row(kind, view.name(), List.of(view)));
        }
        List<View> raw = fused.stream()
                .filter(view -> view.projection() == Projection.NONE)
                .toList();
        List<View> projected = fused.stream()
                .filter(view -> view.projection() != Projection.NONE)
                .toList();
        if (!raw.isEmpty() && !projected.isEmpty()) {
            rows.add(new Row("ablation", "fused without artifacts", raw));
            rows.add(new Row("ablation", "fused without raw embeddings", projected));
        }
        rows.add(new Row("fused", FUSED, fused));
        return rows;
    }

    static final String FUSED = "fused";

    static Made of(StudyData data, TrainingSettings settings, int seeds, AttributionTrainer.Progress progress) {
        AttributionTable table = new AttributionTable(data, settings);
        List<View> views = table.views();
        ViewArtifacts artifacts = ViewArtifacts.of(data.reference(), views, data.images(), settings, progress);
        List<List<float[]>> test;
        Map<String, List<List<float[]>>> unknown = new LinkedHashMap<>();
        try (ArtifactExtractor extractor =
                ViewArtifacts.extractor(data.reference(), views, settings.neighbours(), settings.threads())) {
            test = ViewArtifacts.extract(extractor, data.images().test().images(), done -> {});
            data.unknown()
                    .forEach((name, images) -> unknown.put(name, ViewArtifacts.extract(extractor, images, done -> {})));
        }
        for (int seed = 0; seed < seeds; seed++) {
            try (TrainedViews trained = TrainedViews.train(
                    artifacts,
                    data.classes().size(),
                    data.reference().size(),
                    settings.withSeed(settings.seed() + seed),
                    progress)) {
                table.measure(trained, views, test, unknown);
            }
        }
        List<List<Object>> cells = new ArrayList<>();
        for (Row row : table.rows) {
            cells.add(table.cells(row));
        }
        cells.addAll(OtherMethods.rows(data, settings));
        Section section = new Section(
                "attribution",
                "Accuracy and Frechet distance ratio",
                ("Images of the test part, which neither training nor validation saw; means over %d seeds and their standard deviations."
                                + " The rows of one space are the same network with the same training and care; only what it reads differs."
                                + " Fused rows pool the networks of those of their views that have a say: the ablations have fewer than all. The Frechet"
                                + " distance ratio compares rows of as many features alone. The calibration error is given before and after"
                                + " temperature scaling. AUROC and OSCR are of the unknown generators, each counting the same.")
                        .formatted(seeds),
                new Table(COLUMNS, cells),
                List.of(),
                List.of());
        return new Made(section, table.first.orElseThrow(), table.firstTest, table.firstUnknown);
    }

    private static final List<String> COLUMNS = List.of(
            "kind",
            "name",
            "seeds",
            "accuracy",
            "accuracyDeviation",
            "balancedAccuracy",
            "balancedAccuracyDeviation",
            "fdr",
            "fdrDeviation",
            "calibrationErrorBefore",
            "calibrationError",
            "auroc",
            "aurocDeviation",
            "oscr",
            "fprAt95Tpr");

    private List<View> views() {
        Set<View> all = new LinkedHashSet<>();
        rows.forEach(row -> all.addAll(row.views));
        return List.copyOf(all);
    }

    private void measure(
            TrainedViews trained,
            List<View> views,
            List<List<float[]>> test,
            Map<String, List<List<float[]>>> unknown) {
        int[] labels = data.images().test().labels();
        for (Row row : rows) {
            FusedModel model = trained.fuse(row.views);
            NoveltyScore novelty = NoveltyMethod.DEFAULT.fit(model.known());
            try (AttributionNetwork network = model.network(data.reference().size(), settings.threads())) {
                Reading reading = TrainedViews.read(
                        network,
                        select(test, views, model.views()),
                        Crops.of(data.images().test().images()));
                List<LabelledAttribution> answers = new ArrayList<>(Answers.of(
                        data.classes(),
                        reading,
                        model.temperature(),
                        novelty,
                        i -> data.classes().get(labels[i])));
                Map<String, Reading> strangers = new TreeMap<>();
                data.unknown()
                        .forEach((name, images) -> strangers.put(
                                name,
                                TrainedViews.read(
                                        network,
                                        select(unknown.getOrDefault(name, List.of()), views, model.views()),
                                        Crops.of(images))));
                strangers.forEach((name, of) ->
                        answers.addAll(Answers.of(data.classes(), of, model.temperature(), novelty, i -> name)));
                List<LabelledAttribution> before = Answers.of(
                        data.classes(), reading, 1, novelty, i -> data.classes().get(labels[i]));
                uncalibrated
                        .computeIfAbsent(row, r -> new ArrayList<>())
                        .add(Calibration.of(before).error());
                List<Evaluation> runs = measured.computeIfAbsent(row, r -> new ArrayList<>());
                runs.add(Evaluation.of(data.classes(), answers));
                if (runs.size() == 1) {
                    firstTest.put(row.name, reading);
                    if (row.name.equals(FUSED)) {
                        firstUnknown.putAll(strangers);
                        first = Optional.of(model);
                    }
                }
            }
        }
    }

    private static List<List<float[]>> select(List<List<float[]>> artifacts, List<View> all, List<View> some) {
        return some.stream().map(view -> artifacts.get(all.indexOf(view))).toList();
    }

    private List<Object> cells(Row row) {
        List<Evaluation> runs = measured.getOrDefault(row, List.of());
        MeanDeviation accuracy = MeanDeviation.of(runs, run -> run.confusion().accuracy());
        MeanDeviation balanced = MeanDeviation.of(runs, run -> run.confusion().balancedAccuracy());
        MeanDeviation fdr = MeanDeviation.of(runs, run -> run.fingerprints().ratio());
        MeanDeviation auroc = MeanDeviation.of(runs, run -> openSet(run).auroc());
        return List.of(
                row.kind,
                row.name,
                runs.size(),
                accuracy.mean(),
                accuracy.deviation(),
                balanced.mean(),
                balanced.deviation(),
                fdr.mean(),
                fdr.deviation(),
                MeanDeviation.of(uncalibrated.getOrDefault(row, List.of()), error -> error)
                        .mean(),
                MeanDeviation.of(runs, run -> run.calibration().error()).mean(),
                auroc.mean(),
                auroc.deviation(),
                MeanDeviation.of(runs, run -> openSet(run).oscr()).mean(),
                MeanDeviation.of(runs, run -> openSet(run).falsePositiveRate()).mean());
    }

    private static OpenSet openSet(Evaluation run) {
        return run.unknown().openSet();
    }
}
