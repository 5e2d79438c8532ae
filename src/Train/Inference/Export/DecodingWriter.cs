using PPYolo.Model.Networks;
using static PPYolo.Train.Inference.Export.OnnxGraph;

namespace PPYolo.Train.Inference.Export;

/// <summary>
/// Writes what <see cref="Model.Boxes.YoloBoxDecoder"/> computes, in the order in which it computes it: raw outputs to boxes in pixels of
/// the original image and scores. Boxes come by level (coarsest first), anchor, row and column.
/// </summary>
/// <param name="graph">Where it goes.</param>
/// <param name="options">The network.</param>
internal sealed class DecodingWriter(OnnxGraph graph, NetworkOptions options)
{
    /// <summary>Writes the decoding.</summary>
    /// <param name="raw">The raw output of each level.</param>
    /// <param name="imageSize">(B,2): height and width.</param>
    public void Write(IReadOnlyList<string> raw, string imageSize)
    {
        // (B,1,1,2): width and height, as x comes before y.
        var size = graph.Reshape(
            graph.Add("Gather", "decode/Size", [imageSize, graph.Integers(1, 0)], Attribute("axis", 1)),
            "decode/Size",
            0,
            1,
            1,
            2
        );
        var levels = raw.Select((output, level) => Level(output, level, size)).ToList();
        graph.Add("Concat", OnnxNames.Boxes, [.. levels.Select(level => level.Boxes)], Attribute("axis", 1));
        graph.Add("Concat", OnnxNames.Scores, [.. levels.Select(level => level.Scores)], Attribute("axis", 1));
    }

    private (string Boxes, string Scores) Level(string raw, int level, string size)
    {
        var name = $"decode/level{level}";
        var anchors = options.AnchorsOf(level);
        string? iou = null;
        var values = raw;
        if (options.IouAware)
        {
            var halves = graph.Split(raw, name, 1, anchors.Length, anchors.Length * (5 + options.Classes));
            (iou, values) = (graph.Reshape(halves[0], name, 0, anchors.Length, -1, 1), halves[1]);
        }

        // (B,A,cells,5+C).
        var rows = graph.Add(
            "Transpose",
            name,
            [graph.Reshape(values, name, 0, anchors.Length, 5 + options.Classes, -1)],
            Attribute("perm", 0, 1, 3, 2)
        );
        var parts = graph.Split(rows, name, 3, 2, 2, 1, options.Classes);
        var objectness = Unary("Sigmoid", iou is null ? parts[2] : IouAware(parts[2], iou, name), name);
        var scores = Binary("Mul", objectness, Unary("Sigmoid", parts[3], name), name);
        return (
            graph.Reshape(Boxes(raw, parts[0], parts[1], level, size, name), name, 0, -1, 4),
            graph.Reshape(scores, name, 0, -1, options.Classes)
        );
    }

    private string Boxes(string raw, string centres, string sizes, int level, string size, string name)
    {
        float scale = (float)options.ScaleXY,
            shift = (float)((options.ScaleXY - 1) * 0.5);
        var stride = graph.Number(options.Strides[level]);
        var (columns, width) = MapCells.Range(graph, raw, 3, name);
        var (rows, height) = MapCells.Range(graph, raw, 2, name);
        var cells = Cells(columns, rows, raw, name);
        var within = Binary("Mul", graph.Number(scale), Unary("Sigmoid", centres, name), name);
        var place = Binary("Mul", Binary("Sub", Binary("Add", within, cells, name), graph.Number(shift), name), stride, name);
        float[] anchors = [.. options.AnchorsOf(level).SelectMany(anchor => new[] { (float)anchor.Width, (float)anchor.Height })];
        var extent = Binary("Mul", Unary("Exp", sizes, name), graph.Numbers(anchors, 1, anchors.Length / 2, 1, 2), name);
        var half = Binary("Mul", extent, graph.Number(0.5f), name);
        var count = graph.Add("Concat", name, [graph.Reshape(width, name, 1), graph.Reshape(height, name, 1)], Attribute("axis", 0));
        return graph.Add(
            "Concat",
            name,
            [Binary("Max", InImage("Sub"), graph.Number(0), name), Binary("Min", InImage("Add"), size, name)],
            Attribute("axis", 3)
        );

        string InImage(string side) =>
            Binary("Mul", Binary("Div", Binary("Div", Binary(side, place, half, name), count, name), stride, name), size, name);
    }

    /// <summary>(1,1,cells,2): the column and the row of each cell.</summary>
    private string Cells(string columns, string rows, string raw, string name)
    {
        var shape = graph.Add(
            "Concat",
            name,
            [graph.Add("Shape", name, [raw], Attribute("start", 2), Attribute("end", 4)), graph.Integers(1)],
            Attribute("axis", 0)
        );
        string x = graph.Add("Expand", name, [graph.Reshape(columns, name, 1, -1, 1), shape]),
            y = graph.Add("Expand", name, [graph.Reshape(rows, name, -1, 1, 1), shape]);
        return graph.Reshape(graph.Add("Concat", name, [x, y], Attribute("axis", 2)), name, 1, 1, -1, 2);
    }

    private string IouAware(string objectness, string iou, string name)
    {
        string smallest = graph.Number(1e-7f),
            largest = graph.Number(1e7f);
        var product = Binary(
            "Mul",
            Binary("Pow", Unary("Sigmoid", objectness, name), graph.Number((float)(1 - options.IouAwareFactor)), name),
            Binary("Pow", Unary("Sigmoid", iou, name), graph.Number((float)options.IouAwareFactor), name),
            name
        );
        var odds = Binary("Sub", Unary("Reciprocal", Clip(product), name), graph.Number(1), name);
        return Unary("Neg", Unary("Log", Clip(odds), name), name);

        string Clip(string value) => graph.Add("Clip", name, [value, smallest, largest]);
    }

    private string Unary(string type, string value, string name) => graph.Add(type, name, [value]);

    private string Binary(string type, string a, string b, string name) => graph.Add(type, name, [a, b]);
}
