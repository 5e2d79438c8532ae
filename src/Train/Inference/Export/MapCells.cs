using static PPYolo.Train.Inference.Export.OnnxGraph;

namespace PPYolo.Train.Inference.Export;

/// <summary>Counts the cells of maps, in a graph that may be run on maps of any size.</summary>
internal static class MapCells
{
    /// <summary>The numbers of the cells along an axis of a map, and their count, as floats.</summary>
    /// <param name="graph">Where it is computed.</param>
    /// <param name="map">(B,C,H,W).</param>
    /// <param name="axis">2 or 3.</param>
    /// <param name="name">What values are called.</param>
    public static (string Range, string Extent) Range(OnnxGraph graph, string map, int axis, string name)
    {
        var extent = Extent(graph, map, axis, name);
        return (graph.Add("Range", name, [graph.Number(0), extent, graph.Number(1)]), extent);
    }

    /// <summary>The extent of a map along an axis, as a float without an axis.</summary>
    public static string Extent(OnnxGraph graph, string map, int axis, string name)
    {
        var shape = graph.Add("Shape", name, [map], Attribute("start", axis), Attribute("end", axis + 1));
        return graph.Add("Cast", name, [graph.Reshape(shape, name)], Attribute("to", (long)Onnx.TensorProto.Types.DataType.Float));
    }
}
