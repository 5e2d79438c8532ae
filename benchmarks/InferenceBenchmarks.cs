using BenchmarkDotNet.Attributes;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Stages;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;
using PPYolo.Train.Inference.Export;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Benchmarks;

/// <summary>
/// One image from the network's input to decoded boxes, on two threads: ours with folded norms, and the exported model's.
/// </summary>
[MinColumn]
public class InferenceBenchmarks
{
    private static readonly OriginalSize[] Originals = [new(500, 375)];

    private readonly string folder = Directory.CreateTempSubdirectory("ppyolo-benchmark-").FullName;
    private NetworkOptions options = null!;
    private Detector detector = null!;
    private OnnxModel model = null!;
    private OnnxModel sampling = null!;
    private TensorData image = null!;

    [Params("r18vd", "r50vd", "ppyolov2_r50vd")]
    public string Network { get; set; } = "";

    [Params(416)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        const int Threads = 2;
        set_num_threads(Threads);
        options = NetworkPresets.Find(Network)!;
        using var weights = StartWeights.Parse("generator:1").For(options);
        detector = new(options, weights);
        model = Model(DeformableForm.DeformConv);
        sampling = Model(DeformableForm.GridSample);
        var values = new float[3 * Size * Size];
        new PortableStream("image").FillScaled(values, 2, 0);
        image = TensorData.Of<float>(values, 1, 3, Size, Size);

        OnnxModel Model(DeformableForm form)
        {
            var path = Path.Combine(folder, $"{form}.onnx");
            using var network = NetworkState.Create(options, weights, CPU);
            OnnxExport.Write(
                path,
                network,
                new()
                {
                    Size = Size,
                    Deformable = form,
                    ClassNames = [],
                }
            );
            return new(path, Threads);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        detector.Dispose();
        model.Dispose();
        sampling.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public object Ours() => InferenceScenario.StagesOf(detector, image, Originals);

    [Benchmark]
    public object OnnxRuntime() => model.Run(image, Originals, options);

    [Benchmark]
    public object OnnxRuntimeWithGridSample() => sampling.Run(image, Originals, options);
}
