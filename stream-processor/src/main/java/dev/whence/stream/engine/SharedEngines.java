package dev.whence.stream.engine;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.Map;

/** One engine in a JVM for all subtasks with equal settings; the last one to leave closes it, so that a restart opens a fresh one. */
public final class SharedEngines {
    private static final Map<EngineSettings, Shared> ENGINES = new HashMap<>();

    private SharedEngines() {}

    /** The engine of these settings; every call is matched by one {@link #release}. */
    public static synchronized AttributionEngine acquire(EngineSettings settings) {
        Shared shared = ENGINES.get(settings);
        if (shared == null) {
            shared = new Shared(AttributionEngine.open(settings, PrometheusRegistry.defaultRegistry));
            ENGINES.put(settings, shared);
        }
        shared.users++;
        return shared.engine;
    }

    public static synchronized void release(EngineSettings settings) {
        Shared shared = ENGINES.get(settings);
        if (shared == null) {
            throw new IllegalStateException("Released an engine that nobody acquired");
        }
        shared.users--;
        if (shared.users == 0) {
            ENGINES.remove(settings);
            shared.engine.close();
        }
    }

    private static final class Shared {
        private final AttributionEngine engine;
        private int users;

        Shared(AttributionEngine engine) {
            this.engine = engine;
        }
    }
}
