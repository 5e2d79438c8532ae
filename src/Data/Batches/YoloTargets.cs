using System.Collections.Immutable;
using PPYolo.Align;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Batches;

/// <summary>
/// Assigns ground truth to anchors: what each cell of each level shall predict. Computed in float64 from float32 inputs, but for the box
/// weight's product, which the reference computes in float32.
/// </summary>
/// <param name="options">Anchors, levels and classes.</param>
/// <param name="iouThreshold">Also anchors that overlap a box by more than this get it as a target; 1 is never.</param>
public sealed class YoloTargets(NetworkOptions options, double iouThreshold = 1)
{
    private readonly ImmutableArray<ImmutableArray<int>> masks = options.AnchorMasks;

    /// <summary>The shape of a level's target for one image: anchors, 6 + classes, cells, cells.</summary>
    public long[] Shape(int level, int size) =>
        [masks[level].Length, 6 + options.Classes, size / options.Strides[level], size / options.Strides[level]];

    /// <summary>Writes the target of one image and level.</summary>
    /// <param name="objects">The image's objects; those without area or score are skipped.</param>
    /// <param name="size">The image's side in pixels.</param>
    /// <param name="level">0 is the coarsest.</param>
    /// <param name="target">Receives <see cref="Shape"/>; must be zero.</param>
    /// <exception cref="AlignException">A centre lies outside the image, or a class is not the network's.</exception>
    public void Assign(ReadOnlySpan<GroundTruth> objects, int size, int level, Span<float> target)
    {
        var grid = size / options.Strides[level];
        foreach (var box in objects)
        {
            if (box.Width <= 0 || box.Height <= 0 || box.Score <= 0)
            {
                continue;
            }

            if (box.X is not (>= 0 and < 1) || box.Y is not (>= 0 and < 1))
            {
                throw new AlignException($"a ground-truth centre lies inside the image, found ({box.X}, {box.Y}); clip the box first");
            }

            if (box.Class < 0 || box.Class >= options.Classes)
            {
                throw new AlignException(
                    $"a ground-truth class is 0 to {options.Classes - 1}, found {box.Class}; the network has {options.Classes} classes"
                );
            }

            var best = BestAnchor(box, size);
            for (var slot = 0; slot < masks[level].Length; slot++)
            {
                var anchor = masks[level][slot];
                if (anchor == best || (iouThreshold < 1 && Iou(box, options.Anchors[anchor], size) > iouThreshold))
                {
                    Write(box, options.Anchors[anchor], size, grid, slot, target);
                }
            }
        }
    }

    private void Write(GroundTruth box, AnchorSize anchor, int size, int grid, int slot, Span<float> target)
    {
        double x = (double)box.X * grid,
            y = (double)box.Y * grid;
        int column = (int)x,
            row = (int)y,
            plane = grid * grid;
        var cell = target[((slot * (6 + options.Classes) * plane) + (row * grid) + column)..];
        cell[0] = (float)(x - column);
        cell[plane] = (float)(y - row);
        cell[2 * plane] = (float)Math.Log((double)box.Width * size / anchor.Width);
        cell[3 * plane] = (float)Math.Log((double)box.Height * size / anchor.Height);
        cell[4 * plane] = (float)(2.0 - (box.Width * box.Height));
        cell[5 * plane] = box.Score;
        // Classes accumulate: a later box in the same cell overwrites everything else.
        cell[(6 + box.Class) * plane] = 1;
    }

    private int BestAnchor(GroundTruth box, int size)
    {
        int best = -1;
        double bestIou = 0;
        for (var i = 0; i < options.Anchors.Length; i++)
        {
            var iou = Iou(box, options.Anchors[i], size);
            if (iou > bestIou)
            {
                (best, bestIou) = (i, iou);
            }
        }

        return best;
    }

    /// <summary>The IoU of a box and an anchor that share a corner.</summary>
    private static double Iou(GroundTruth box, AnchorSize anchor, int size)
    {
        double width = box.Width,
            height = box.Height,
            anchorWidth = anchor.Width / size,
            anchorHeight = anchor.Height / size;
        var overlap = Math.Min(width, anchorWidth) * Math.Min(height, anchorHeight);
        return overlap / ((width * height) + (anchorWidth * anchorHeight) - overlap);
    }
}
