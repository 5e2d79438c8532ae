using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Torch;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Values that programs save, and files of them.</summary>
internal static class Saved
{
    /// <summary>Writes a value as torch.save does.</summary>
    public static string File(TemporaryFolder folder, string name, PickleValue value)
    {
        var path = folder.File(name);
        TorchWriter.Write(path, pickle => pickle.Write(value));
        return path;
    }

    public static PickleValue Tensor(params float[] elements) => TensorData.Of<float>(elements, elements.Length);

    public static PickleValue Number(float value) => TensorData.Scalar(value);

    /// <summary>Weights of a network with a layer called w.</summary>
    public static PickleValue Weights(float value) => PickleValue.Dict(("w", Tensor(value, 2, 3)), ("b", Tensor(value)));

    public static PickleValue Optimizer(float value) =>
        PickleValue.Dict(("state", PickleValue.Dict((0L, PickleValue.Dict(("momentum_buffer", Tensor(value, 5, 6, 7, 8, 9, 10)))))));
}
