using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Finds the named tensors in what a file of PyTorch or Paddle holds.</summary>
internal static class StateDict
{
    public const string Model = "model";

    private const string PaddlePieces = "UnpackBigParamInfor@@";

    /// <summary>The part of a saved value that holds the network's tensors: "model" of a checkpoint, otherwise all of it.</summary>
    public static PickleValue Find(PickleValue root, ByteSource file)
    {
        if (root.Kind != PickleKind.Dict)
        {
            throw file.Error("a dict of tensors", $"{root}", "save the model's state_dict");
        }

        return root.TryGet(Model, out var model) && model.Kind == PickleKind.Dict ? model : root;
    }

    /// <summary>The tensors of a dict. Paddle's older files have (name, array) for an array; what is no tensor is left out.</summary>
    public static NamedTensors Tensors(PickleValue dict, ByteSource file)
    {
        // Below pickle protocol 4 Paddle cuts arrays of more than 1 GiB into pieces under other names; taken as they are they would be
        // wrong tensors.
        if (dict.TryGet(PaddlePieces, out _))
        {
            throw file.Error("whole arrays", "arrays in pieces", "save the file again with protocol 4");
        }

        var tensors = new NamedTensors();
        foreach (var (key, value) in dict.AsDict())
        {
            if (key.Kind == PickleKind.Text && Unwrap(value) is { } tensor)
            {
                tensors.Add(key.AsText(), tensor.Content as TensorData ?? throw file.Error($"a tensor '{key.AsText()}'", $"{tensor}"));
            }
        }

        if (tensors.Count == 0 && dict.AsDict().Count > 0)
        {
            throw file.Error(
                "tensors by name",
                $"the keys {string.Join(", ", dict.AsDict().Take(5).Select(entry => entry.Key))}",
                "save the model's state_dict"
            );
        }

        return tensors;
    }

    private static PickleValue? Unwrap(PickleValue value) =>
        value switch
        {
            { Kind: PickleKind.Tensor } => value,
            { Kind: PickleKind.Tuple, Content: List<PickleValue> and [{ Kind: PickleKind.Text }, { Kind: PickleKind.Tensor } array] } =>
                array,
            _ => null,
        };
}
