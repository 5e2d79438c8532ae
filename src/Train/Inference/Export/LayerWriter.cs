using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Pooling;
using PPYolo.Model.Layers;
using TorchSharp;
using static PPYolo.Train.Inference.Export.OnnxGraph;

namespace PPYolo.Train.Inference.Export;

/// <summary>
/// Writes layers of a network in evaluation, whose norms are folded. Values are called as the modules that compute them, weights as their
/// keys.
/// </summary>
/// <param name="graph">Where they go.</param>
/// <param name="deformable">How deformable convolutions are written.</param>
internal sealed class LayerWriter(OnnxGraph graph, DeformableForm deformable)
{
    private static readonly int[] PoolSizes = [5, 9, 13];

    // The coordinates of the maps of one level, which its layers share.
    private readonly Dictionary<string, string> coordinates = new(StringComparer.Ordinal);

    /// <summary>Writes a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="input">What it gets.</param>
    /// <returns>What it gives.</returns>
    public string Write(torch.nn.Module layer, string name, string input) =>
        layer switch
        {
            Chain => layer.named_children().Aggregate(input, (current, child) => Write(child.module, $"{name}.{child.name}", current)),
            CoordConv => Write(Child(layer, "conv"), $"{name}.conv", input),
            ConvNorm block => Activate(block.Activation, name, Convolve(Child(block, "conv"), name, input)),
            SquareConvolution convolution => Convolve(convolution, name, input, name),
            SpatialPyramidPooling => Write(
                Child(layer, "conv"),
                $"{name}.conv",
                Join(name, [input, .. PoolSizes.Select(size => MaxPool(input, $"{name}/MaxPool", size, 1))])
            ),
            AveragePool => graph.Add("AveragePool", name, [input], Attribute("kernel_shape", 2, 2), Attribute("strides", 2, 2)),
            // It drops nothing in evaluation.
            DropBlock => input,
            _ => throw new NotSupportedException($"a layer {layer.GetType().Name} cannot be exported yet: {name}"),
        };

    /// <summary>A part of a module by its name.</summary>
    public static torch.nn.Module Child(torch.nn.Module module, string name) =>
        Find(module, name) ?? throw new NotSupportedException($"{module.GetName()} has no part '{name}'");

    /// <summary>A part of a module by its name, or null.</summary>
    public static torch.nn.Module? Find(torch.nn.Module module, string name) =>
        module.named_children().FirstOrDefault(child => child.name == name).module;

    /// <summary>Puts maps one behind the other.</summary>
    public string Join(string name, ReadOnlySpan<string> maps) => graph.Add("Concat", $"{name}/Concat", maps, Attribute("axis", 1));

    /// <summary>The largest of the square around each cell, of the cells that exist.</summary>
    public string MaxPool(string input, string name, int size, int stride) =>
        graph.Add(
            "MaxPool",
            name,
            [input],
            Attribute("kernel_shape", size, size),
            Attribute("strides", stride, stride),
            Attribute("pads", size / 2, size / 2, size / 2, size / 2)
        );

    private string Activate(Activation activation, string name, string input) =>
        activation switch
        {
            Activation.None => input,
            Activation.Relu => graph.Add("Relu", name, [input]),
            Activation.LeakyRelu => graph.Add("LeakyRelu", name, [input], Attribute("alpha", (float)Activations.LeakySlope)),
            Activation.Mish => graph.Add(
                "Mul",
                name,
                [input, graph.Add("Tanh", $"{name}/Tanh", [graph.Add("Softplus", $"{name}/Softplus", [input])])]
            ),
            _ => throw new NotSupportedException($"the activation {activation} cannot be exported yet: {name}"),
        };

    private string Convolve(torch.nn.Module convolution, string block, string input) =>
        convolution is DeformableConv deformed
            ? Deform(deformed, block, input)
            : Convolve((SquareConvolution)convolution, $"{block}.conv", input, $"{block}.conv");

    private string Convolve(SquareConvolution convolution, string key, string input, string name)
    {
        var kernel = (int)convolution.Weight.shape[3];
        var map = convolution.SeesCoordinates ? Join(key, [input, Coordinates(key, input)]) : input;
        return graph.Add(
            "Conv",
            name,
            [map, .. Parameters(key, convolution.Weight, convolution.Bias)],
            Attribute("kernel_shape", kernel, kernel),
            Attribute("strides", convolution.Stride, convolution.Stride),
            Attribute("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2)
        );
    }

    private string Deform(DeformableConv convolution, string block, string input)
    {
        string key = $"{block}.conv",
            predicted = Convolve(convolution.Offsets, $"{block}.conv_offset", input, $"{block}.conv_offset");
        var parts = graph.Split(predicted, $"{key}/Split", 1, 2 * DeformableConv.Points, DeformableConv.Points);
        var mask = graph.Add("Sigmoid", $"{key}/Sigmoid", [parts[1]]);
        if (deformable == DeformableForm.GridSample)
        {
            return new SamplingWriter(graph, key).Write(convolution, input, parts[0], mask);
        }

        return graph.Add(
            "DeformConv",
            key,
            [input, graph.Weight($"{key}.weight", convolution.Weight), parts[0], graph.Weight($"{key}.bias", convolution.Bias!), mask],
            Attribute("kernel_shape", 3, 3),
            Attribute("strides", convolution.Stride, convolution.Stride),
            Attribute("pads", 1, 1, 1, 1)
        );
    }

    private IEnumerable<string> Parameters(string key, torch.Tensor weight, torch.Tensor? bias) =>
        bias is null ? [graph.Weight($"{key}.weight", weight)] : [graph.Weight($"{key}.weight", weight), graph.Weight($"{key}.bias", bias)];

    /// <summary>(B,2,H,W): x and then y, from -1 to 1; no numbers where there is a single cell, as in the network.</summary>
    private string Coordinates(string key, string map)
    {
        var level = string.Join('.', key.Split('.').Take(2));
        if (!coordinates.TryGetValue(level, out var known))
        {
            string name = $"{level}/Coordinates",
                batch = graph.Add("Shape", name, [map], Attribute("start", 0), Attribute("end", 1)),
                cells = graph.Add("Shape", name, [map], Attribute("start", 2), Attribute("end", 4)),
                shape = graph.Add("Concat", name, [batch, graph.Integers(1), cells], Attribute("axis", 0));
            string x = graph.Add("Expand", name, [Axis(map, 3, name), shape]),
                y = graph.Add("Expand", name, [graph.Reshape(Axis(map, 2, name), name, -1, 1), shape]);
            known = coordinates[level] = graph.Add("Concat", name, [x, y], Attribute("axis", 1));
        }

        return known;
    }

    private string Axis(string map, int axis, string name)
    {
        var (range, extent) = MapCells.Range(graph, map, axis, name);
        var share = graph.Add("Div", name, [range, graph.Add("Sub", name, [extent, graph.Number(1)])]);
        return graph.Add("Sub", name, [graph.Add("Mul", name, [share, graph.Number(2)]), graph.Number(1)]);
    }
}
