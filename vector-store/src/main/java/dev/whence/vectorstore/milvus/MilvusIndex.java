package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The index of a collection: its type, and all parameters of building and of searching it.
 *
 * @param parameters by Milvus' names; those left out get their defaults
 */
public record MilvusIndex(Type type, Map<String, Integer> parameters) {
    private static final int MAX_DIMENSION = 32_768;
    private static final Pattern PARAMETER = Pattern.compile("\\s*([A-Za-z_]+)\\s*=\\s*(-?[0-9]{1,10})\\s*");

    /** Milvus' index types that are of use here. */
    public enum Type {
        /** Every vector is looked at: exact. */
        FLAT(16_384),
        /** A graph. */
        HNSW(
                16_384,
                new Parameter("M", 2, 2048, 16, true),
                new Parameter("efConstruction", 1, Integer.MAX_VALUE, 200, true),
                new Parameter("ef", 1, 32_768, 64, false)),
        /** Clusters, of which the nearest few are looked at. */
        IVF_FLAT(16_384, new Parameter("nlist", 1, 65_536, 128, true), new Parameter("nprobe", 1, 65_536, 16, false)),
        /** Every vector is looked at, on a GPU: exact. */
        GPU_BRUTE_FORCE(1024),
        /** A graph on a GPU. */
        GPU_CAGRA(
                1024,
                new Parameter("intermediate_graph_degree", 1, Integer.MAX_VALUE, 128, true),
                new Parameter("graph_degree", 1, Integer.MAX_VALUE, 64, true),
                new Parameter("itopk_size", 1, 1024, 128, false),
                new Parameter("search_width", 1, Integer.MAX_VALUE, 4, false)),
        /** As IVF_FLAT, on a GPU. */
        GPU_IVF_FLAT(256, new Parameter("nlist", 1, 65_536, 128, true), new Parameter("nprobe", 1, 65_536, 16, false));

        private final int maxNeighbours;

        @SuppressWarnings("ImmutableEnumChecker") // a list of List.of
        private final List<Parameter> parameters;

        Type(int maxNeighbours, Parameter... parameters) {
            this.maxNeighbours = maxNeighbours;
            this.parameters = List.of(parameters);
        }

        /** Whether the server needs a GPU for it. */
        public boolean onGpu() {
            return name().startsWith("GPU_");
        }

        /** What a search may ask the server for at most. */
        int maxNeighbours() {
            return maxNeighbours;
        }
    }

    private record Parameter(String name, int least, int most, int byDefault, boolean ofBuilding) {}

    /** @throws IllegalArgumentException if the type has no such parameter, or one is outside its range */
    public MilvusIndex {
        Map<String, Integer> complete = new TreeMap<>();
        for (Parameter parameter : type.parameters) {
            int value = parameters.getOrDefault(parameter.name(), parameter.byDefault());
            if (value < parameter.least() || value > parameter.most()) {
                throw outOfRange(type, parameter.name(), value, parameter.least(), parameter.most());
            }
            complete.put(parameter.name(), value);
        }
        for (String name : parameters.keySet()) {
            if (!complete.containsKey(name)) {
                throw new IllegalArgumentException("The index " + type + " has no parameter '" + name + "': "
                        + (complete.isEmpty() ? "it takes none." : "it takes " + String.join(", ", names(type)) + "."));
            }
        }
        checkOrder(type, complete, parameters, "nprobe", "nlist");
        checkOrder(type, complete, parameters, "graph_degree", "intermediate_graph_degree");
        parameters = Collections.unmodifiableMap(complete);
    }

    /**
     * Reads {@code TYPE} or {@code TYPE:name=number,name=number}, as {@link #toString} writes it.
     *
     * @throws IllegalArgumentException if that is not an index
     */
    public static MilvusIndex parse(String text) {
        int colon = text.indexOf(':');
        String name = (colon < 0 ? text : text.substring(0, colon)).strip().toUpperCase(Locale.ROOT);
        Type type = List.of(Type.values()).stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no index '" + name + "': name one of "
                        + List.of(Type.values()).stream().map(Type::name).collect(Collectors.joining(", ")) + "."));
        Map<String, Integer> parameters = new TreeMap<>();
        if (colon >= 0) {
            for (String part : text.substring(colon + 1).split(",", -1)) {
                Matcher parameter = PARAMETER.matcher(part);
                if (!parameter.matches() || parameters.containsKey(parameter.group(1))) {
                    throw new IllegalArgumentException("The index parameter '" + part.strip()
                            + "' is malformed or given twice: write " + type + ":name=number,name=number.");
                }
                long value = Long.parseLong(parameter.group(2));
                parameters.put(parameter.group(1), (int) Math.max(-1, Math.min(value, Integer.MAX_VALUE)));
            }
        }
        return new MilvusIndex(type, parameters);
    }

    /** @throws IllegalArgumentException if Milvus has no such index for such vectors */
    void checkVectors(int dimension, Metric metric) {
        if (dimension < 2 || dimension > MAX_DIMENSION) {
            throw new IllegalArgumentException("Vectors of " + dimension
                    + " components don't fit into Milvus: it takes 2 to 32,768, project them to fewer.");
        }
        if (type.onGpu() && metric == Metric.COSINE) {
            throw new IllegalArgumentException("Milvus' GPU indexes have no COSINE metric: name HNSW or FLAT.");
        }
    }

    /** @throws IllegalArgumentException if searches of this index can't return as many neighbours */
    void checkNeighbours(int k) {
        for (String name : List.of("ef", "itopk_size")) {
            Integer value = parameters.get(name);
            if (value != null && value < k) {
                throw new IllegalArgumentException("The index parameter " + name + " is " + value + " where " + k
                        + " neighbours are asked for: it must be that or more.");
            }
        }
    }

    /** Parameters of building, as Milvus wants them. */
    String buildJson() {
        return json(true, 0);
    }

    /** Parameters of a search for so many, which may be more than a caller asked for: the list is never shorter. */
    String searchJson(int limit) {
        return json(false, limit);
    }

    /** {@code TYPE:name=number,name=number} with every parameter: what {@link #parse} reads. */
    @Override
    public String toString() {
        return parameters.isEmpty()
                ? type.name()
                : type + ":"
                        + names(type).stream()
                                .map(name -> name + "=" + parameters.get(name))
                                .collect(Collectors.joining(","));
    }

    private String json(boolean ofBuilding, int limit) {
        return type.parameters.stream()
                .filter(parameter -> parameter.ofBuilding() == ofBuilding)
                .map(parameter -> Map.entry(parameter.name(), parameters.get(parameter.name())))
                .map(entry -> "\"" + entry.getKey() + "\":" + atLeast(limit, entry))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static int atLeast(int limit, Entry<String, Integer> parameter) {
        boolean list = parameter.getKey().equals("ef") || parameter.getKey().equals("itopk_size");
        return list ? Math.max(limit, parameter.getValue()) : parameter.getValue();
    }

    private static List<String> names(Type type) {
        return type.parameters.stream().map(Parameter::name).toList();
    }

    private static void checkOrder(
            Type type, Map<String, Integer> complete, Map<String, Integer> given, String lesser, String greater) {
        Integer least = complete.get(lesser);
        Integer most = complete.get(greater);
        if (least == null || most == null || least <= most) {
            return;
        }
        if (given.containsKey(lesser)) {
            throw outOfRange(type, lesser, least, 1, most);
        }
        complete.put(lesser, most);
    }

    private static IllegalArgumentException outOfRange(Type type, String name, int value, int least, int most) {
        String upTo = most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
        return new IllegalArgumentException(
                "The parameter " + name + " of the index " + type + " can't be " + value + ": pass " + upTo + ".");
    }
}
