package dev.whence.infra.bench;

import dev.whence.vectorstore.PlainMatrixSearch;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The reference to beat, in one of its forms. It gives row numbers; ids are looked up for the recall alone. */
final class PlainEngine implements SearchEngine {
    private final PlainMatrixSearch.Form form;
    private final List<ReferenceVector> rows;
    private final PlainMatrixSearch search;
    private long queries;
    private long bytesRead;

    PlainEngine(SearchData data, PlainMatrixSearch.Form form, int threads) {
        this.form = form;
        this.rows = data.rows();
        this.search =
                new PlainMatrixSearch(rows.stream().map(ReferenceVector::vector).toList(), form, threads);
    }

    @Override
    public String name() {
        return "plain GEMM, " + form.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Role role() {
        return Role.GEMM;
    }

    @Override
    public List<List<String>> search(List<Query> asked, int k) {
        int[][] found = search.search(asked.stream().map(Query::vector).toList(), k);
        queries += asked.size();
        bytesRead += 4L * rows.get(0).vector().length * rows.size();
        return Arrays.stream(found)
                .map(nearest -> Arrays.stream(nearest)
                        .mapToObj(row -> rows.get(row).id())
                        .toList())
                .toList();
    }

    @Override
    public long cpuNanos() {
        return Machine.processCpuNanos();
    }

    @Override
    public boolean certified() {
        return false;
    }

    @Override
    public Optional<Long> bytesOnDisk() {
        return Optional.empty();
    }

    @Override
    public Optional<Work> work() {
        return Optional.of(new Work(queries, queries * rows.size(), 0, 0, bytesRead));
    }

    @Override
    public void close() {
        search.close();
    }
}
