namespace PPYolo.Align.Records;

/// <summary>Why a capsule was written.</summary>
public enum CapsuleReason
{
    /// <summary>A loss or a weight is NaN or infinite.</summary>
    NotFinite,

    /// <summary>The gradient's norm jumped.</summary>
    GradientJump,

    /// <summary>Something else ended the run: a rank that failed, memory, a damaged image.</summary>
    Failure,

    /// <summary>A signal ended the program.</summary>
    Signal,

    /// <summary>Somebody asked for it.</summary>
    Request,

    /// <summary>It is the record of a capsule that was trained again.</summary>
    Replay,

    /// <summary>The total loss jumped.</summary>
    LossJump,

    /// <summary>An image has far more objects than those before.</summary>
    ManyObjects,
}
