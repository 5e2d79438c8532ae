using PPYolo.Model.Networks;

namespace PPYolo.Model.Boxes;

/// <summary>
/// Turns the head's raw outputs into boxes and scores as the reference's <c>yolo_box</c> does: unlike Paddle's, no confidence threshold
/// zeroes any of them. Plain arithmetic in single precision on one image's numbers, without a tensor library.
/// </summary>
/// <param name="options">The network that the outputs come from.</param>
public sealed class YoloBoxDecoder(NetworkOptions options)
{
    private const int Attributes = 5;

    private readonly int channelsPerAnchor = Attributes + options.Classes;

    /// <summary>Decodes one image.</summary>
    /// <param name="outputs">
    /// For each level, coarsest first, the head's output of the image: (channels, g, g) in C order, IoU logits first where the head is
    /// IoU-aware. </param>
    /// <param name="height">Rows of the original image, in which boxes are expressed.</param>
    /// <param name="width">Columns of the original image.</param>
    /// <exception cref="ArgumentException">There is not one output per level, or one is not of the network's channels on a square
    /// grid.</exception>
    public DecodedBoxes Decode(IReadOnlyList<ReadOnlyMemory<float>> outputs, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        if (outputs.Count != options.Levels)
        {
            throw new ArgumentException($"expected outputs of {options.Levels} levels, found {outputs.Count}", nameof(outputs));
        }

        var cells = outputs.Select((output, level) => CellsOf(level, output.Length)).ToArray();
        var count = cells.Select((side, level) => options.AnchorMasks[level].Length * side * side).Sum();
        var corners = new float[count * 4];
        var scores = new float[count * options.Classes];
        var first = 0;
        for (var level = 0; level < outputs.Count; level++)
        {
            var boxes = options.AnchorMasks[level].Length * cells[level] * cells[level];
            Level(
                level,
                cells[level],
                outputs[level].Span,
                (width, height),
                corners.AsSpan(first * 4, boxes * 4),
                scores.AsSpan(first * options.Classes, boxes * options.Classes)
            );
            first += boxes;
        }

        return new(options.Classes, corners, scores);
    }

    /// <summary>
    /// The objectness logit of an IoU-aware head: that of objectness^(1-factor) times IoU^factor, kept within the logits of 1e-7.
    /// </summary>
    /// <param name="objectness">The objectness logit.</param>
    /// <param name="iou">The IoU logit.</param>
    internal float IouAware(float objectness, float iou)
    {
        const float smallest = 1e-7f,
            largest = 1e7f;
        var factor = (float)options.IouAwareFactor;
        var product = MathF.Pow(Sigmoid(objectness), (float)(1 - options.IouAwareFactor)) * MathF.Pow(Sigmoid(iou), factor);
        var odds = Math.Clamp((1 / Math.Clamp(product, smallest, largest)) - 1, smallest, largest);
        return -MathF.Log(odds);
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    private int CellsOf(int level, int length)
    {
        var channels = options.AnchorMasks[level].Length * (channelsPerAnchor + (options.IouAware ? 1 : 0));
        var cells = (int)Math.Round(Math.Sqrt(length / (double)channels));
        return cells > 0 && channels * cells * cells == length
            ? cells
            : throw new ArgumentException(
                $"expected the output of level {level} to be {channels} channels on a square grid, found {length} numbers"
            );
    }

    private void Level(
        int level,
        int cells,
        ReadOnlySpan<float> output,
        (float Width, float Height) image,
        Span<float> corners,
        Span<float> scores
    )
    {
        var plane = cells * cells;
        var anchors = options.AnchorsOf(level);
        var boxes = options.IouAware ? output[(anchors.Length * plane)..] : output;
        for (var anchor = 0; anchor < anchors.Length; anchor++)
        {
            var values = boxes.Slice(anchor * channelsPerAnchor * plane, channelsPerAnchor * plane);
            for (var cell = 0; cell < plane; cell++)
            {
                var box = (anchor * plane) + cell;
                Box(values, cell, cells, options.Strides[level], anchors[anchor], image, corners.Slice(box * 4, 4));
                var logit = values[(4 * plane) + cell];
                var objectness = Sigmoid(options.IouAware ? IouAware(logit, output[(anchor * plane) + cell]) : logit);
                var ofBox = scores.Slice(box * options.Classes, options.Classes);
                for (var label = 0; label < ofBox.Length; label++)
                {
                    ofBox[label] = objectness * Sigmoid(values[((Attributes + label) * plane) + cell]);
                }
            }
        }
    }

    private void Box(
        ReadOnlySpan<float> values,
        int cell,
        int cells,
        int stride,
        AnchorSize anchor,
        (float Width, float Height) image,
        Span<float> corners
    )
    {
        var plane = cells * cells;
        float scale = (float)options.ScaleXY,
            shift = (float)((options.ScaleXY - 1) * 0.5);
        var x = ((scale * Sigmoid(values[cell])) + (cell % cells) - shift) * stride;
        var y = ((scale * Sigmoid(values[plane + cell])) + (cell / cells) - shift) * stride;
        var halfWidth = MathF.Exp(values[(2 * plane) + cell]) * (float)anchor.Width * 0.5f;
        var halfHeight = MathF.Exp(values[(3 * plane) + cell]) * (float)anchor.Height * 0.5f;

        // The upper left corner is not held inside the right and lower edge nor the other way round: a box beside the image comes out
        // turned over.
        corners[0] = NotBelow((x - halfWidth) / cells / stride * image.Width);
        corners[1] = NotBelow((y - halfHeight) / cells / stride * image.Height);
        corners[2] = NotAbove((x + halfWidth) / cells / stride * image.Width, image.Width);
        corners[3] = NotAbove((y + halfHeight) / cells / stride * image.Height, image.Height);
    }

    // Comparisons and not Math.Max: a coordinate that is not a number stays one, and NMS drops it.
    private static float NotBelow(float value) => value < 0 ? 0 : value;

    private static float NotAbove(float value, float limit) => value > limit ? limit : value;
}
