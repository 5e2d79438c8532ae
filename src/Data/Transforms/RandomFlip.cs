namespace PPYolo.Data.Transforms;

/// <summary>
/// Exchanges left and right in every second image on average. Boxes are mirrored as if their corners included the last pixel, as in the
/// reference, also where a crop has left them without that; they then reach a pixel over the left edge.
/// </summary>
internal sealed class RandomFlip : ISampleTransform
{
    private const double Probability = 0.5;

    public string Name => "flip";

    public void Apply(Sample sample, RandomDraws draws)
    {
        if (draws.Next() >= Probability)
        {
            return;
        }

        sample.Image.Mirror();
        float width = sample.Image.Width;
        for (var i = 0; i < sample.Boxes.Count; i++)
        {
            var box = sample.Boxes[i];
            sample.Boxes[i] = box with { Left = width - box.Right - 1, Right = width - box.Left - 1 };
        }
    }
}
