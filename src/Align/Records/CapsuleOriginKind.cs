namespace PPYolo.Align.Records;

/// <summary>What kind of file a <see cref="CapsuleOrigin"/> is.</summary>
public enum CapsuleOriginKind
{
    /// <summary>The weights that the run began with; momentum and averages are none yet.</summary>
    Start,

    /// <summary>A checkpoint of the run.</summary>
    Checkpoint,

    /// <summary>A checkpoint of the reference that the run goes on from.</summary>
    Reference,
}
