using PPYolo.Model.Layers;
using static PPYolo.Train.Inference.Export.OnnxGraph;

namespace PPYolo.Train.Inference.Export;

/// <summary>
/// Writes a deformable convolution without DeformConv: GridSample takes the samples of all kernel points of all output cells at once, and a
/// 1x1 convolution multiplies them by the weight.
/// </summary>
/// <param name="graph">Where it goes.</param>
/// <param name="key">The convolution's key.</param>
internal sealed class SamplingWriter(OnnxGraph graph, string key)
{
    private const int Points = DeformableConv.Points;

    /// <summary>Writes the convolution.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="offset">(B,18,h,w): channel 2q down, 2q+1 across.</param>
    /// <param name="mask">(B,9,h,w).</param>
    public string Write(DeformableConv convolution, string input, string offset, string mask)
    {
        long outputs = convolution.Weight.shape[0],
            channels = convolution.Weight.shape[1];
        var rows = graph.Add("Shape", Name("Rows"), [offset], Attribute("start", 2), Attribute("end", 3));
        var columns = graph.Add("Shape", Name("Columns"), [offset], Attribute("start", 3), Attribute("end", 4));
        // (B,9,2,h,w) to (B,9,1,h,w) each.
        var pairs = graph.Split(
            graph.Add("Reshape", Name("Offset"), [offset, Shape(graph.Integers(0, Points, 2), rows, columns)]),
            Name("Offset"),
            2,
            1,
            1
        );
        var down = Place(pairs[0], input, offset, 2, convolution.Stride);
        var across = Place(pairs[1], input, offset, 3, convolution.Stride);
        // One column of samples: all cells of point 0, then those of point 1, and so on.
        var grid = graph.Add(
            "Reshape",
            Name("Grid"),
            [
                graph.Add("Transpose", Name("Grid"), [Concat(2, across, down)], Attribute("perm", 0, 1, 3, 4, 2)),
                Shape(graph.Integers(0), graph.Integers(-1), columns, graph.Integers(2)),
            ]
        );
        var samples = graph.Add("GridSample", Name("Samples"), [input, grid], Attribute("mode", "bilinear"), Attribute("align_corners", 0));
        var weighed = graph.Add(
            "Mul",
            Name("Samples"),
            [samples, graph.Add("Reshape", Name("Mask"), [mask, Shape(graph.Integers(0, 1, -1), columns)])]
        );
        return graph.Add(
            "Conv",
            key,
            [
                graph.Add("Reshape", Name("Samples"), [weighed, Shape(graph.Integers(0, channels * Points), rows, columns)]),
                graph.Weight($"{key}.weight", convolution.Weight.view(outputs, channels * Points, 1, 1)),
                graph.Weight($"{key}.bias", convolution.Bias!),
            ],
            Attribute("kernel_shape", 1, 1)
        );
    }

    /// <summary>
    /// Where samples are along an axis, as GridSample counts: cells are 2/n wide, and their centres between -1 and 1. (B,9,1,h,w).
    /// </summary>
    private string Place(string offset, string input, string output, int axis, int stride)
    {
        var taps = Enumerable.Range(0, Points).Select(q => (float)(axis == 2 ? q / 3 : q % 3) - 1).ToArray();
        var cells = MapCells.Range(graph, output, axis, Name("Place")).Range;
        var cell = graph.Reshape(
            graph.Add("Mul", Name("Place"), [cells, graph.Number(stride)]),
            Name("Place"),
            axis == 2 ? [1, 1, 1, -1, 1] : [1, 1, 1, 1, -1]
        );
        var tap = graph.Add("Add", Name("Place"), [cell, graph.Numbers(taps, 1, Points, 1, 1, 1)]);
        var place = graph.Add("Add", Name("Place"), [tap, offset]);
        var twice = graph.Add("Add", Name("Place"), [graph.Add("Mul", Name("Place"), [place, graph.Number(2)]), graph.Number(1)]);
        var extent = MapCells.Extent(graph, input, axis, Name("Place"));
        return graph.Add("Sub", Name("Place"), [graph.Add("Div", Name("Place"), [twice, extent]), graph.Number(1)]);
    }

    private string Shape(params ReadOnlySpan<string> parts) => graph.Add("Concat", Name("Shape"), parts, Attribute("axis", 0));

    private string Concat(int axis, params ReadOnlySpan<string> parts) => graph.Add("Concat", Name("Grid"), parts, Attribute("axis", axis));

    private string Name(string what) => $"{key}/{what}";
}
