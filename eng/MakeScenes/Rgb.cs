namespace PPYolo.MakeScenes;

/// <summary>A colour, 0 to 255 a channel.</summary>
internal readonly record struct Rgb(float R, float G, float B)
{
    public static Rgb operator +(Rgb a, Rgb b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    public static Rgb operator *(Rgb a, float factor) => new(a.R * factor, a.G * factor, a.B * factor);

    /// <summary>This colour for 0, the other for 1.</summary>
    public Rgb Towards(Rgb other, float share) => (this * (1 - share)) + (other * share);
}
