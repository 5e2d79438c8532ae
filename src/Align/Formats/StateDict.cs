using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Formats.Selection;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Makes named tensors of what a file of PyTorch or Paddle holds.</summary>
internal static class StateDict
{
    public const string Model = "model";

    private const string PaddlePieces = "UnpackBigParamInfor@@";

    /// <summary>The weights of a saved value: those of an entry where one is named, else those that convention tells.</summary>
    public static TensorContent Read(PickleValue root, ByteSource file, string? key)
    {
        RefusePieces(root, file);
        var selection = new WeightSelection(file);
        return Content(key is null ? selection.Find(root) : selection.Take(root, key), file);
    }

    // Below pickle protocol 4 Paddle cuts arrays of more than 1 GiB into pieces under other names; taken as they are they would be wrong
    // tensors.
    private static void RefusePieces(PickleValue value, ByteSource file)
    {
        if (value.Kind == PickleKind.Dict && value.TryGet(PaddlePieces, out _))
        {
            throw file.Error("whole arrays", "arrays in pieces", "save the file again with protocol 4");
        }
    }

    private static TensorContent Content(Selected selected, ByteSource file)
    {
        RefusePieces(selected.Value, file);
        var tensors = new NamedTensors();
        var leftOut = new List<LeftOutEntry>(selected.LeftOut);
        var unread = new List<LeftOutEntry>();
        foreach (var (name, value) in selected.Entries)
        {
            switch (SavedValues.AsTensor(value))
            {
                case null when value.Kind != PickleKind.None:
                    leftOut.Add(WeightSelection.NoTensor(EntryNames.Join(selected.Place, name), value));
                    break;
                case { Content: TensorData } when tensors.Contains(name):
                    // In Python 1 and '1' are two keys.
                    throw file.Error("each name once", $"'{name}' twice", "save the tensors under names that differ, all of them text");
                case { Content: TensorData tensor }:
                    tensors.Add(name, tensor);
                    break;
                case { Content: UnreadTensor other }:
                    unread.Add(new(name, other.What));
                    break;
                case { Content: TorchStorage or TorchStorageView }:
                    unread.Add(new(name, "a storage without a shape"));
                    break;
                case { } other:
                    throw file.Error($"a tensor '{name}'", $"{other}");
                default:
                    break;
            }
        }

        return new(tensors)
        {
            Place = selected.Place,
            LeftOut = leftOut,
            Unread = unread,
        };
    }
}
