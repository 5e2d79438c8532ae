namespace PPYolo.Model.Boxes;

/// <summary>How boxes are selected. Defaults are those of all of PP-YOLO's experiments.</summary>
public sealed record MatrixNmsOptions
{
    /// <summary>A box counts for a class only if its score is above this; in [0, 1).</summary>
    public float ScoreThreshold { get; init; } = 0.01f;

    /// <summary>Decayed scores below this are dropped; in [0, 1].</summary>
    public float PostThreshold { get; init; } = 0.01f;

    /// <summary>The most (box, class) pairs that are compared with each other, the surest ones; 0 or less for all.</summary>
    public int NmsTopK { get; init; } = 500;

    /// <summary>The most boxes that are kept; 0 or less for all.</summary>
    public int KeepTopK { get; init; } = 100;

    /// <summary>Whether scores decay by a Gaussian of the overlap and not linearly.</summary>
    public bool Gaussian { get; init; }

    /// <summary>The Gaussian's steepness: exp(-sigma * IoU^2).</summary>
    public float Sigma { get; init; } = 2;
}
