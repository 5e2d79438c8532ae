namespace PPYolo.Data.Transforms;

/// <summary>
/// Cuts out a part that overlaps some object by at least an IoU of 0, 0.1, 0.3, 0.5, 0.7 or 0.9, or nothing at all, tried in random order,
/// 50 windows each. A window covers 0.3 to 1 of the sides' geometric mean, at an aspect of 0.5 to 2; objects whose centres lie outside go.
/// </summary>
internal sealed class RandomCrop : ISampleTransform
{
    private const double NoCrop = -1,
        SmallestScale = 0.3,
        SmallestAspect = 0.5,
        LargestAspect = 2;
    private const int Attempts = 50;

    public string Name => "crop";

    public void Apply(Sample sample, RandomDraws draws)
    {
        if (sample.Boxes.Count == 0)
        {
            return;
        }

        Span<double> thresholds = [0, 0.1, 0.3, 0.5, 0.7, 0.9, NoCrop];
        draws.Shuffle(thresholds);
        foreach (var threshold in thresholds)
        {
            if (threshold == NoCrop)
            {
                return;
            }

            if (Find(sample, threshold, draws) is { } window)
            {
                Cut(sample, window);
                return;
            }
        }
    }

    private static CropWindow? Find(Sample sample, double threshold, RandomDraws draws)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var window = Draw(sample.Image.Width, sample.Image.Height, draws);
            float largest = 0;
            var any = false;
            foreach (var box in sample.Boxes)
            {
                largest = Math.Max(largest, window.Iou(box));
                any |= window.TryClip(box, out _);
            }

            if (largest >= threshold && any)
            {
                return window;
            }
        }

        return null;
    }

    private static CropWindow Draw(int width, int height, RandomDraws draws)
    {
        var scale = draws.Between(SmallestScale, 1);
        var aspect = draws.Between(Math.Max(SmallestAspect, scale * scale), Math.Min(LargestAspect, 1 / (scale * scale)));
        int rows = (int)(height * (scale / Math.Sqrt(aspect))),
            columns = (int)(width * (scale * Math.Sqrt(aspect)));
        // The last possible place is never drawn, as in the reference; a window as large as the image has only the first.
        int top = draws.Below(Math.Max(1, height - rows)),
            left = draws.Below(Math.Max(1, width - columns));
        return new(left, top, columns, rows);
    }

    private static void Cut(Sample sample, CropWindow window)
    {
        sample.Replace(sample.Image.Crop(window.Left, window.Top, window.Width, window.Height));
        var kept = 0;
        for (var i = 0; i < sample.Boxes.Count; i++)
        {
            if (window.TryClip(sample.Boxes[i], out var clipped))
            {
                sample.Boxes[kept++] = clipped;
            }
        }

        sample.Boxes.RemoveRange(kept, sample.Boxes.Count - kept);
    }
}
