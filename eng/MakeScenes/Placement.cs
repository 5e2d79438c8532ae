namespace PPYolo.MakeScenes;

/// <summary>Where and how an object is painted.</summary>
/// <param name="Design">How it looks.</param>
/// <param name="X">Its centre.</param>
/// <param name="Y">Its centre.</param>
/// <param name="HalfWidth">Half its width in pixels.</param>
/// <param name="HalfHeight">Half its height in pixels.</param>
/// <param name="Angle">In radians.</param>
/// <param name="Mirrored">Whether left and right are exchanged.</param>
/// <param name="Light">Its colours are multiplied by this.</param>
internal sealed record Placement(
    Design Design,
    float X,
    float Y,
    float HalfWidth,
    float HalfHeight,
    float Angle,
    bool Mirrored,
    float Light
)
{
    /// <summary>Half the extents of an upright box around it.</summary>
    public (float X, float Y) Reach =>
        (
            (HalfWidth * MathF.Cos(Angle)) + (HalfHeight * Math.Abs(MathF.Sin(Angle))),
            (HalfHeight * MathF.Cos(Angle)) + (HalfWidth * Math.Abs(MathF.Sin(Angle)))
        );

    /// <summary>Whether the boxes around two objects come closer than some pixels.</summary>
    public bool IsNear(Placement other, float gap) =>
        Math.Abs(X - other.X) < Reach.X + other.Reach.X + gap && Math.Abs(Y - other.Y) < Reach.Y + other.Reach.Y + gap;
}
