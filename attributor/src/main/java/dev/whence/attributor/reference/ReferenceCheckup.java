package dev.whence.attributor.reference;

import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.milvus.MilvusCollectionState;
import dev.whence.vectorstore.milvus.MilvusStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a reference can be relied on: the file, what it names, and whether searches find what is there. */
public final class ReferenceCheckup {
    /** Stored vectors of each space that must find themselves. */
    static final int CANARIES = 32;

    private static final double LEAST_RECALL = 0.9;
    private static final Duration OLD = Duration.ofDays(365);
    /** What no image has, so that no canary is left out of its own search. */
    private static final String NO_IMAGE = "0".repeat(64);

    private static final Pattern VERSION = Pattern.compile("v?(\\d+)\\.(\\d+).*");

    private final List<Finding> findings = new ArrayList<>();
    private final Path folder;

    private ReferenceCheckup(Path folder) {
        this.folder = folder;
    }

    /** Opens the reference as a job would, and looks further than a job does. */
    public static List<Finding> of(Path folder, int threads, MilvusAccess access) {
        ReferenceCheckup checkup = new ReferenceCheckup(folder);
        checkup.check(threads, access);
        return List.copyOf(checkup.findings);
    }

    /** Whether a Milvus server answers and is of a version that this one knows. */
    public static List<Finding> ofServer(String uri, MilvusAccess access) {
        try (MilvusStore server = OpenCollections.connect(uri, access)) {
            return List.of(version(uri, server.serverVersion()));
        } catch (ReferenceStoreException e) {
            return List.of(Finding.fail("server", e));
        }
    }

    static Finding version(String uri, String version) {
        Matcher parts = VERSION.matcher(version);
        int major = parts.matches() ? Integer.parseInt(parts.group(1)) : 0;
        int minor = parts.matches() ? Integer.parseInt(parts.group(2)) : 0;
        String says = "Milvus %s answers at %s".formatted(version, uri);
        if (major < 2 || (major == 2 && minor < 3)) {
            return Finding.fail("server", says + ": Whence needs 2.3 or newer, upgrade it");
        }
        return major > 2 || minor > 6
                ? Finding.warn("server", says + ": Whence is not tested with it, watch recall below")
                : Finding.ok("server", says);
    }

    private void check(int threads, MilvusAccess access) {
        ReferenceManifest manifest;
        try {
            manifest = ReferenceManifest.read(folder);
        } catch (IllegalArgumentException e) {
            findings.add(Finding.fail("reference", e));
            return;
        }
        findings.add(Finding.ok(
                "reference",
                "%s %s, %,d images of %d pixels (%s)%s"
                        .formatted(
                                manifest.name(),
                                manifest.version(),
                                manifest.remainingImages(),
                                manifest.size(),
                                manifest.framing(),
                                manifest.withdrawals().isEmpty()
                                        ? ""
                                        : ", %,d withdrawn".formatted(manifest.withdrawnImages()))));
        findings.add(age(manifest, Instant.now()));
        Optional<ReferenceManifest.Milvus> place = manifest.onServer();
        if (place.isPresent()) {
            findings.addAll(ofServer(place.get().uri(), access));
        }
        manifest.spaces().stream()
                .filter(space -> !EmbeddingSpace.isBuiltIn(space.name()))
                .forEach(space -> findings.add(encoder(folder, space)));
        try (OpenCollections open = OpenCollections.open(folder, manifest, threads, access)) {
            open.bySpace().forEach((space, collection) -> {
                try {
                    check(space, collection, manifest, open);
                } catch (ReferenceStoreException e) {
                    findings.add(Finding.fail(space, e));
                }
            });
        } catch (IllegalArgumentException | ReferenceStoreException e) {
            findings.add(Finding.fail("collections", e));
        }
    }

    static Finding age(ReferenceManifest manifest, Instant now) {
        String builtAt = manifest.builtAt();
        if (builtAt == null) {
            return Finding.ok("age", "built before dates were kept");
        }
        Duration age = Duration.between(Instant.parse(builtAt), now);
        String says = "built %s, %d days ago".formatted(builtAt, age.toDays());
        return age.compareTo(OLD) > 0
                ? Finding.warn("age", says + ": cameras change, consider a new one and a bundle trained against it")
                : Finding.ok("age", says);
    }

    private void check(String space, ReferenceCollection collection, ReferenceManifest manifest, OpenCollections open) {
        long count = collection.count();
        findings.add(
                count == manifest.vectors()
                        ? Finding.ok(space + " rows", "%,d, as %s says".formatted(count, ReferenceManifest.FILE))
                        : Finding.fail(
                                space + " rows",
                                ("%,d, but %s says %,d: finish an interrupted withdrawal with 'whence reference withdraw"
                                                + " --reference %s', else build it again")
                                        .formatted(count, ReferenceManifest.FILE, manifest.vectors(), folder)));
        if (collection instanceof EmbeddedReferenceCollection embedded) {
            embedded.verify();
            findings.add(Finding.ok(space + " files", "every checksum is right"));
        }
        open.server().ifPresent(server -> check(space, server, open.place(space)));
        findings.add(canaries(space, collection));
    }

    private static Finding encoder(Path folder, ReferenceManifest.Space space) {
        try {
            Reference.space(folder, space);
            return Finding.ok(space.name() + " encoder", "every hash is right");
        } catch (IllegalArgumentException e) {
            return Finding.fail(space.name() + " encoder", e);
        }
    }

    private void check(String space, MilvusStore server, ReferenceManifest.Place place) {
        MilvusCollectionState state = server.state(place.collection());
        findings.add(
                state.loaded()
                        ? Finding.ok(space + " loaded", place.collection())
                        : Finding.fail(
                                space + " loaded", place.collection() + " is not loaded: load it on the server"));
        findings.add(index(space + " index", state));
        findings.add(alias(space + " alias", place, server.aliased(place.alias())));
    }

    static Finding index(String check, MilvusCollectionState state) {
        String says = "%s is %s, %,d rows indexed, %,d pending"
                .formatted(state.index(), state.indexState(), state.indexedRows(), state.pendingRows());
        if (!state.failure().isEmpty()) {
            return Finding.fail(
                    check,
                    "%s: %s; copy the reference into an index that the server can build"
                            .formatted(says, state.failure()));
        }
        if (state.pendingRows() > 0 || !state.indexState().equals("Finished")) {
            return Finding.warn(
                    check,
                    says
                            + (state.index().type().onGpu()
                                    ? ": ask again in a minute; where nothing moves the server has no GPU, copy into HNSW"
                                    : ": searches are slower until it is done, ask again in a minute"));
        }
        return Finding.ok(check, says);
    }

    static Finding alias(String check, ReferenceManifest.Place place, Optional<String> points) {
        if (points.isEmpty()) {
            return Finding.warn(
                    check, "%s points nowhere: --follow-alias would not find the reference".formatted(place.alias()));
        }
        return points.get().equals(place.collection())
                ? Finding.ok(check, "%s points here".formatted(place.alias()))
                : Finding.warn(
                        check,
                        "%s points to %s, another build than the %s of this reference: use its reference.json or --follow-alias"
                                .formatted(place.alias(), points.get(), place.collection()));
    }

    /** An image that is there twice in other bytes may find its twin: what counts is the vector. */
    static Finding canaries(String space, ReferenceCollection collection) {
        List<Query> queries = new ArrayList<>();
        for (ReferenceVector vector : collection) {
            queries.add(new Query(NO_IMAGE, vector.vector()));
            if (queries.size() == CANARIES) {
                break;
            }
        }
        List<List<Neighbour>> found = collection.search(queries, Search.nearest(1));
        long right = 0;
        for (int i = 0; i < queries.size(); i++) {
            List<Neighbour> nearest = found.get(i);
            right += !nearest.isEmpty()
                            && nearest.get(0).distance() == 0
                            && Arrays.equals(
                                    nearest.get(0).vector(), queries.get(i).vector())
                    ? 1
                    : 0;
        }
        String check = space + " recall";
        String says = "%d of %d stored vectors find themselves".formatted(right, queries.size());
        if (right == queries.size()) {
            return Finding.ok(check, says);
        }
        return right >= LEAST_RECALL * queries.size()
                ? Finding.warn(check, says + ": search wider (ef, nprobe) or take FLAT")
                : Finding.fail(check, says + ": the index misses too much, copy the reference into another one");
    }
}
