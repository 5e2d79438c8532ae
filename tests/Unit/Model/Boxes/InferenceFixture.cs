using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit.Model.Boxes;

/// <summary>The reference's inference of one network, fixtures/inference.</summary>
internal sealed class InferenceFixture(string network) : IDisposable
{
    private readonly NamedTensors tensors = Npz.Read(Fixtures.PathOf("inference", network + ".npz"));

    public NetworkOptions Options { get; } = NetworkPresets.Find(network)!;

    public float[] this[string name] => tensors[name].As<float>().ToArray();

    public int CellsOf(int level) => (int)tensors[$"head{level}"].Shape[3];

    /// <summary>The part of an array with one row per image that belongs to an image.</summary>
    public float[] OfImage(string name, int image)
    {
        var tensor = tensors[name];
        var length = (int)(tensor.Count / tensor.Shape[0]);
        return tensor.As<float>().Slice(image * length, length).ToArray();
    }

    public IReadOnlyList<ReadOnlyMemory<float>> Outputs(int image) =>
        [.. Enumerable.Range(0, Options.Levels).Select(level => (ReadOnlyMemory<float>)OfImage($"head{level}", image))];

    /// <summary>Levels one after the other, in the order of decoded boxes.</summary>
    public float[] AllLevels(string name, int image) =>
        [.. Enumerable.Range(0, Options.Levels).SelectMany(level => OfImage($"{name}{level}", image))];

    public (int Height, int Width) Size(int image) => ((int)OfImage("im_size", image)[0], (int)OfImage("im_size", image)[1]);

    public void Dispose() => tensors.Dispose();
}
