package dev.whence.stream.metrics;

import java.util.List;

/** Every metric of the job. {@code docs/metrics.md} is made from this. */
@SuppressWarnings("ImmutableEnumChecker") // the list of labels is immutable, its type cannot say so
public enum Metric {
    MESSAGES("whence_messages_total", Type.COUNTER, "Messages taken from whence.images."),
    PROVENANCE_EVENTS(
            "whence_provenance_events_total", Type.COUNTER, "Images attributed, by the event's verdict.", "verdict"),
    DEAD_LETTERS(
            "whence_dead_letters_total", Type.COUNTER, "Messages that could not be attributed, by error code.", "code"),
    STAGE_SECONDS(
            "whence_stage_seconds",
            Type.HISTOGRAM,
            "Time in each stage: decode and queue of one image; embed, search, project and attribute of one micro-batch."
                    + " Search is the reference collections' part of project: the latency of the store.",
            "stage"),
    BATCH_IMAGES("whence_batch_images", Type.HISTOGRAM, "Images in one micro-batch."),
    RETRIED_BATCHES(
            "whence_retried_batches_total",
            Type.COUNTER,
            "Micro-batches that failed as a whole and were tried again image by image."),
    STORE_WAITS(
            "whence_store_waits_total",
            Type.COUNTER,
            "Times images waited because the server of the reference did not answer or the blob store was not there."),
    END_TO_END_SECONDS(
            "whence_end_to_end_seconds",
            Type.HISTOGRAM,
            "From Kafka's timestamp of the message to its outcome. A reader of committed events waits for the next"
                    + " checkpoint as well."),
    MODEL(
            "whence_model_info",
            Type.INFO,
            "The bundle and the reference that attribute.",
            "name",
            "version",
            "sha256",
            "engine",
            "precision",
            "reference",
            "reference_version"),
    LOST_TRANSACTIONS(
            "whence_lost_transactions_total",
            Type.COUNTER,
            "Transactions of a checkpoint that Kafka refused to commit for good: their events are missing until the job is"
                    + " started with --since."),
    DELETED_MESSAGES(
            "whence_deleted_messages_total",
            Type.COUNTER,
            "Messages of whence.images that Kafka deleted before the job read them: offsets, so those of Kafka's own"
                    + " markers count too. Of each row of them there is one dead letter, MESSAGE_GONE."),
    CHECKPOINTS("whence_checkpoints_total", Type.COUNTER, "Checkpoints that completed; each commits its events."),
    FAILED_CHECKPOINTS("whence_failed_checkpoints_total", Type.COUNTER, "Checkpoints that failed."),
    CHECKPOINT_SECONDS(
            "whence_checkpoint_seconds",
            Type.HISTOGRAM,
            "How long a checkpoint took that completed, from its start to the last subtask's part of it."),
    RESTARTS("whence_job_restarts_total", Type.COUNTER, "Restarts of the job since this process started it."),
    PENDING_MESSAGES(
            "whence_pending_messages",
            Type.GAUGE,
            "Messages on whence.images that the job has not taken yet; absent while no subtask has read one since its start.");

    private final String metricName;
    private final Type type;
    private final String help;
    private final List<String> labels;

    Metric(String metricName, Type type, String help, String... labels) {
        this.metricName = metricName;
        this.type = type;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** Name on the page of metrics. */
    public String metricName() {
        return metricName;
    }

    Type type() {
        return type;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels;
    }

    String[] labelNames() {
        return labels.toArray(String[]::new);
    }

    enum Type {
        COUNTER,
        HISTOGRAM,
        GAUGE,
        INFO
    }
}
