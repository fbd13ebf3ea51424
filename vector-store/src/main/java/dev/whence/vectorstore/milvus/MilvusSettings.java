package dev.whence.vectorstore.milvus;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a Milvus server and how long to wait for it.
 *
 * @param uri {@code http://host:port}, or {@code https://host:port} for TLS; without a port 19530
 * @param token {@code user:password} or an API key; null where the server asks for none
 * @param deadline within which a call has its answer or has failed, all its attempts together
 * @param attempts how often a call is made before it has failed, 1 to 10; adding is never repeated unasked
 * @param patience within which a collection is loaded or an index built, which may take minutes
 */
public record MilvusSettings(String uri, @Nullable String token, Duration deadline, int attempts, Duration patience) {
    private static final int DEFAULT_PORT = 19530;
    private static final Duration MAX_DEADLINE = Duration.ofHours(1);

    public MilvusSettings {
        URI parsed;
        try {
            parsed = URI.create(uri);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(malformed(uri), e);
        }
        boolean known = "http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme());
        if (!known || parsed.getHost() == null || parsed.getUserInfo() != null) {
            throw new IllegalArgumentException(malformed(uri));
        }
        check("deadline", deadline);
        check("patience", patience);
        if (attempts < 1 || attempts > 10) {
            throw new IllegalArgumentException("A call can't be tried " + attempts + " times: pass 1 to 10.");
        }
    }

    /** No token, 10 s for a call in 3 attempts, 2 minutes for loading and indexing. */
    public static MilvusSettings of(String uri) {
        return new MilvusSettings(uri, null, Duration.ofSeconds(10), 3, Duration.ofMinutes(2));
    }

    public MilvusSettings withToken(String itsToken) {
        return new MilvusSettings(uri, itsToken, deadline, attempts, patience);
    }

    public MilvusSettings withDeadline(Duration itsDeadline) {
        return new MilvusSettings(uri, token, itsDeadline, attempts, patience);
    }

    public MilvusSettings withAttempts(int itsAttempts) {
        return new MilvusSettings(uri, token, deadline, itsAttempts, patience);
    }

    public MilvusSettings withPatience(Duration itsPatience) {
        return new MilvusSettings(uri, token, deadline, attempts, itsPatience);
    }

    String host() {
        return URI.create(uri).getHost();
    }

    int port() {
        int port = URI.create(uri).getPort();
        return port < 0 ? DEFAULT_PORT : port;
    }

    boolean secure() {
        return uri.startsWith("https:");
    }

    @Override
    public String toString() {
        return "MilvusSettings[uri=" + uri + ", token=" + (token == null ? "none" : "***") + ", deadline=" + deadline
                + ", attempts=" + attempts + ", patience=" + patience + "]";
    }

    private static void check(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX_DEADLINE) > 0) {
            throw new IllegalArgumentException("The " + name + " of Milvus calls can't be " + duration
                    + ": pass more than none, one hour at most.");
        }
    }

    /** Without the address where that may hold a password. */
    private static String malformed(String uri) {
        String shown = uri.contains("@") ? "given" : "'" + uri + "'";
        return "The address of the Milvus server " + shown
                + " is malformed: pass http://host:port or https://host:port, and credentials as the token.";
    }
}
