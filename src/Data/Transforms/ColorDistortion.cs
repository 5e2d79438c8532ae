namespace PPYolo.Data.Transforms;

/// <summary>
/// Brightness (0.5 to 1.5 added), contrast and saturation (times 0.5 to 1.5) and hue (turned by -18 to 18 half turns), each in every second
/// image on average, in random order. The ranges are the reference's: its brightness is all but invisible, its hue any hue. Values are not
/// clipped.
/// </summary>
internal sealed class ColorDistortion : ISampleTransform
{
    public string Name => "color";

    public void Apply(Sample sample, RandomDraws draws)
    {
        ReadOnlySpan<(double Low, double High, Func<double, ColorMatrix> Change)> changes =
        [
            (0.5, 1.5, ColorMatrix.Brightness),
            (0.5, 1.5, ColorMatrix.Contrast),
            (0.5, 1.5, ColorMatrix.Saturation),
            (-18, 18, ColorMatrix.Hue),
        ];
        Span<int> order = [0, 1, 2, 3];
        draws.Shuffle(order);
        ColorMatrix? all = null;
        foreach (var which in order)
        {
            if (draws.Next() < 0.5)
            {
                continue;
            }

            var (low, high, change) = changes[which];
            var next = change(draws.Between(low, high));
            all = all?.Then(next) ?? next;
        }

        if (all is { } changed)
        {
            sample.Replace(changed.Of(sample.Image));
        }
    }
}
