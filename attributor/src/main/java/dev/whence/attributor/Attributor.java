package dev.whence.attributor;

import dev.whence.attributor.Attribution.Candidate;
import dev.whence.attributor.Attribution.Novelty;
import dev.whence.attributor.bundle.Catalogue;
import dev.whence.attributor.bundle.Catalogue.Enrolled;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.onnx.EngineUnavailableException;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.InferenceEngine;
import dev.whence.attributor.openset.Enrolment;
import dev.whence.attributor.openset.KnownFingerprints;
import dev.whence.attributor.openset.NoveltyMethod;
import dev.whence.attributor.openset.NoveltyScore;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.Embedder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Answers whence images come: a model bundle and the reference it was trained against, opened together.
 *
 * <p>Safe for use by several threads; {@link #attribute} is meant to be called with batches.
 */
public final class Attributor implements AutoCloseable {
    /** Run together, unless a batch has as many images: bounds what crops of large images need. */
    private static final int MOST_CROPS = 64;

    private final ModelBundle bundle;
    private final InferenceEngine engine;
    private final Reference reference;
    private final ImageDecoder decoder;
    private final ArtifactExtractor extractor;
    private final AttributionNetwork network;
    private final NoveltyScore novelty;
    private final Catalogue catalogue;
    /** Of the catalogue's generators, in its order. */
    private final List<Enrolment> enrolments;

    private Attributor(ModelBundle bundle, Catalogue catalogue, Reference reference, Inference inference) {
        ModelManifest manifest = bundle.manifest();
        this.bundle = bundle;
        engine = inference.engine();
        this.reference = reference;
        decoder = new ImageDecoder(ImageLimits.DEFAULT);
        extractor = new ArtifactExtractor(
                reference,
                new Embedder(View.spaces(bundle.views()), bundle.file(ModelBundle.EMBED), manifest.size(), inference),
                bundle.views(),
                manifest.neighbours(),
                inference.threads());
        network = new AttributionNetwork(
                bundle.file(ModelBundle.ATTRIBUTE), View.shapes(bundle.views(), manifest.size()), inference);
        novelty = manifest.novelty() == null
                ? NoveltyMethod.nearestPrototype(bundle.prototypes())
                : manifest.novelty().method().fit(bundle.fingerprints(manifest.novelty()));
        this.catalogue = catalogue;
        enrolments = catalogue.generators().isEmpty() ? List.of() : enrolments(bundle, catalogue.generators());
    }

    private static List<Enrolment> enrolments(ModelBundle bundle, List<Enrolled> generators) {
        Enrolment.Known known = new Enrolment.Known(bundle.fingerprints(requireNovelty(bundle)));
        return generators.stream()
                .map(generator -> known.enrol(generator.prototype(), generator.images(), generator.loss()))
                .toList();
    }

    private static ModelManifest.Novelty requireNovelty(ModelBundle bundle) {
        ModelManifest.Novelty novelty = bundle.manifest().novelty();
        if (novelty == null || novelty.heldOut() == null) {
            throw new IllegalArgumentException(
                    "Beside the bundle %s no generator can be enrolled, since it holds no fingerprints to set a margin on: train it again"
                            .formatted(bundle.manifest().name()));
        }
        return novelty;
    }

    /**
     * Opens bundle and reference, on the CPU.
     *
     * @param bundle a bundle's folder or .zip
     * @param reference the folder of the reference the bundle was trained against
     * @param threads threads of the inference engine and of the search, at least 1
     * @throws IllegalArgumentException when either cannot be read or they do not belong together
     */
    public static Attributor open(Path bundle, Path reference, int threads) {
        return open(bundle, Optional.empty(), reference, Inference.cpu(threads), MilvusAccess.PLAIN);
    }

    /**
     * {@link #open(Path, Path, int)}, with all that can be said.
     *
     * @param catalogue a file of generators that are known as well; empty for none
     * @param inference what runs the networks, and how many threads that and the search have
     * @param access to the server that may hold the reference's vectors
     * @throws EngineUnavailableException when the engine does not run on this machine
     */
    public static Attributor open(
            Path bundle, Optional<Path> catalogue, Path reference, Inference inference, MilvusAccess access) {
        inference.engine().require();
        ModelBundle model = ModelBundle.open(bundle);
        Catalogue enrolled = catalogue.map(file -> Catalogue.read(file, model)).orElseGet(() -> Catalogue.empty(model));
        Reference real = Reference.open(reference, inference.threads(), access);
        try {
            model.requireReference(real);
            return new Attributor(model, enrolled, real, inference);
        } catch (RuntimeException e) {
            real.close();
            throw e;
        }
    }

    /**
     * Decodes the bytes of a stranger within the limits and brings them into the canonical form of this bundle.
     *
     * @throws ImageRejectedException when the bytes are no image that can be attributed
     */
    public CanonicalImage canonical(byte[] encoded) throws ImageRejectedException {
        return decoder.decode(
                encoded, bundle.manifest().size(), bundle.manifest().framing());
    }

    /** Attributes a batch of at least one image. What the network says of an image's crops is averaged before all else. */
    public BatchAttribution attribute(List<CanonicalImage> images) {
        List<Attribution> attributions = new ArrayList<>(images.size());
        long embed = 0;
        long search = 0;
        long project = 0;
        long attribute = 0;
        for (List<CanonicalImage> some : Crops.batches(images, Math.max(MOST_CROPS, images.size()))) {
            BatchAttribution batch = read(some, extractor.extract(some));
            attributions.addAll(batch.attributions());
            embed += batch.embedNanos();
            search += batch.searchNanos();
            project += batch.projectNanos();
            attribute += batch.attributeNanos();
        }
        return new BatchAttribution(attributions, embed, search, project, attribute);
    }

    private BatchAttribution read(List<CanonicalImage> images, ArtifactExtractor.Artifacts artifacts) {
        long start = System.nanoTime();
        AttributionNetwork.Reading reading = network.read(artifacts.artifacts()).pooled(Crops.of(images));
        List<Attribution> attributions = new ArrayList<>(images.size());
        for (int i = 0; i < images.size(); i++) {
            attributions.add(attribution(
                    Calibration.probabilities(
                            reading.logits()[i], bundle.manifest().temperature()),
                    novelty.of(reading.logits()[i], reading.fingerprints()[i]),
                    reading.fingerprints()[i],
                    artifacts.readings().get(i)));
        }
        return new BatchAttribution(
                attributions,
                artifacts.embedNanos(),
                artifacts.searchNanos(),
                artifacts.projectNanos(),
                System.nanoTime() - start);
    }

    /**
     * What images say together of the one source that they all come from: the combined posterior, the mean fingerprint and its
     * novelty, or the images' mean novelty where that is no score of fingerprints. It has no readings of spaces.
     *
     * @param images attributions by this attributor, at least one
     */
    public Attribution together(List<Attribution> images) {
        double[][] posteriors = images.stream().map(this::probabilities).toArray(double[][]::new);
        float[] fingerprint = meanFingerprint(images);
        ModelManifest.Novelty described = bundle.manifest().novelty();
        double score = described == null || described.method().readsFingerprint()
                ? novelty.of(new float[0], fingerprint)
                : images.stream()
                        .mapToDouble(image -> image.novelty().score())
                        .average()
                        .orElseThrow();
        return attribution(
                CombinedPosterior.of(posteriors, bundle.manifest().correlation()), score, fingerprint, List.of());
    }

    /** Of the bundle's classes, in their order, whatever enrolled generators took of it. */
    private double[] probabilities(Attribution image) {
        Map<String, Double> byName =
                image.candidates().stream().collect(Collectors.toMap(Candidate::generator, Candidate::probability));
        double[] probabilities = classes().stream().mapToDouble(byName::get).toArray();
        double sum = Arrays.stream(probabilities).sum();
        return Arrays.stream(probabilities).map(p -> p / sum).toArray();
    }

    /**
     * Makes a generator known by its images.
     *
     * @param images attributions by this attributor, at least one
     * @param loss share of the images of known sources that may be taken for its own, in (0, 1)
     * @throws IllegalArgumentException when the bundle was trained on a source of this name, or holds no known fingerprints
     */
    public Enrolled enrol(String name, Optional<String> family, List<Attribution> images, double loss) {
        requireNovelty(bundle);
        if (classes().contains(name)) {
            throw new IllegalArgumentException("The bundle %s was trained on %s: it is known already"
                    .formatted(bundle.manifest().name(), name));
        }
        return new Enrolled(name, family.orElse(null), meanFingerprint(images), images.size(), loss);
    }

    /** The generators that are known beside the bundle's classes. */
    public Catalogue catalogue() {
        return catalogue;
    }

    private static float[] meanFingerprint(List<Attribution> images) {
        return KnownFingerprints.prototype(
                images.stream().map(Attribution::fingerprint).toList());
    }

    private Attribution attribution(
            double[] probabilities, double novelty, float[] fingerprint, List<Attribution.SpaceReading> readings) {
        ModelManifest manifest = bundle.manifest();
        List<Candidate> candidates = new ArrayList<>(probabilities.length + enrolments.size());
        double trained = 1;
        double[] shares = Enrolment.shares(enrolments, fingerprint);
        for (int e = 0; e < shares.length; e++) {
            Enrolled generator = catalogue.generators().get(e);
            candidates.add(new Candidate(generator.name(), generator.family(), shares[e]));
            trained -= shares[e];
        }
        for (int c = 0; c < probabilities.length; c++) {
            ModelManifest.SourceClass source = manifest.classes().get(c);
            candidates.add(new Candidate(source.name(), source.family(), trained * probabilities[c]));
        }
        candidates.sort(Comparator.comparingDouble(Candidate::probability).reversed());
        Candidate first = candidates.get(0);
        Optional<ModelManifest.Novelty> known = Optional.ofNullable(manifest.novelty());
        boolean isNew = known.isPresent() && novelty > known.get().threshold() && trained > 0.5;
        Verdict verdict = verdict(candidates, trained * probabilities[0], isNew, manifest.unsureMargin());
        return new Attribution(
                verdict,
                verdict == Verdict.KNOWN_GENERATOR ? Optional.of(first.generator()) : Optional.empty(),
                first.probability(),
                new Novelty(
                        novelty,
                        known.map(ModelManifest.Novelty::threshold),
                        known.map(ModelManifest.Novelty::targetFpr)),
                List.copyOf(candidates),
                readings,
                fingerprint);
    }

    /**
     * First whether the image is real at all: what is likelier real than generated is never given to a generator. Then whether
     * it is new, then whose.
     */
    private static Verdict verdict(List<Candidate> candidates, double real, boolean isNew, double unsureMargin) {
        if (Math.abs(real - (1 - real)) < unsureMargin) {
            return Verdict.UNSURE;
        }
        if (real > 0.5) {
            return Verdict.REAL;
        }
        if (isNew) {
            return Verdict.NEW_GENERATOR;
        }
        Candidate first = candidates.get(0);
        boolean clear = first.probability() - candidates.get(1).probability() >= unsureMargin;
        return clear && !first.generator().equals(ModelManifest.REAL) ? Verdict.KNOWN_GENERATOR : Verdict.UNSURE;
    }

    /** The names of the bundle's classes; {@code real} is one. */
    public List<String> classes() {
        return bundle.manifest().classes().stream()
                .map(ModelManifest.SourceClass::name)
                .toList();
    }

    /** Whether training or validation saw the image with this SHA-256 (hex): it must not count in an evaluation. */
    public boolean hasSeen(String imageSha256) {
        return bundle.hasSeen(imageSha256);
    }

    /** Name, version and hash of the bundle, and what runs it. */
    public ModelIdentity model() {
        ModelManifest manifest = bundle.manifest();
        return new ModelIdentity(
                manifest.name(), manifest.version(), bundle.sha256(), engine.label(), engine.precision());
    }

    /** Name and version of the reference. */
    public ReferenceIdentity reference() {
        return new ReferenceIdentity(reference.name(), reference.version());
    }

    @Override
    public void close() {
        network.close();
        extractor.close();
        reference.close();
    }

    /** As an event reports it. */
    public record ModelIdentity(String name, String version, String sha256, String engine, String precision) {}

    /** As an event reports it. */
    public record ReferenceIdentity(String name, String version) {}
}
