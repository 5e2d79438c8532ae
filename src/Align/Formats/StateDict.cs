using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Finds the named tensors in what a file of PyTorch or Paddle holds.</summary>
internal static class StateDict
{
    public const string Model = "model";

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
        var tensors = new NamedTensors();
        foreach (var (key, value) in dict.AsDict())
        {
            if (key.Kind == PickleKind.Text && Unwrap(value) is { } tensor)
            {
                tensors.Add(key.AsText(), tensor);
            }
        }

        if (tensors.Count == 0 && dict.AsDict().Count > 0)
        {
            throw file.Error("tensors by name", $"the keys {string.Join(", ", dict.AsDict().Take(5).Select(entry => entry.Key))}", "save the model's state_dict");
        }

        return tensors;
    }

    private static TensorData? Unwrap(PickleValue value) => value switch
    {
        { Kind: PickleKind.Tensor } => value.AsTensor(),
        { Kind: PickleKind.Tuple, Content: List<PickleValue> and [{ Kind: PickleKind.Text }, { Kind: PickleKind.Tensor } array] } => array.AsTensor(),
        _ => null,
    };
}
