using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Peers.Measuring;
using PPYolo.Train.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Steps;

/// <summary>
/// The twin's network and losses as TorchScript, on our own libtorch, with TorchSharp's own optimizer and a moving average of plain
/// operations.
/// </summary>
internal sealed class TraceSubject : ISubject
{
    private readonly jit.ScriptModule module;
    private readonly optim.Optimizer optimizer;
    private readonly List<(Tensor Value, Tensor Average)> averages;
    private readonly object[] inputs;

    public TraceSubject(string moduleFile, string batchFile)
    {
        using var recorded = Npz.Read(batchFile);
        var batch = new Batch(recorded, batchFile);
        inputs = [batch.Images.ToTorch(CPU), batch.Boxes.ToTorch(CPU), .. batch.Targets.Select(target => target.ToTorch(CPU))];
        module = jit.load(moduleFile);
        module.train();
        using var twin = new PPYoloNetwork(StepWork.Network);
        var groups = StateEntries.Of(twin).ToDictionary(entry => entry.Key, ParameterGroup.NameFor, StringComparer.Ordinal);
        var trainable = module
            .named_parameters()
            .Where(entry => entry.parameter.requires_grad)
            .ToLookup(entry => groups[entry.name["network.".Length..]], entry => entry.parameter);
        optimizer = optim.SGD(
            [Group(trainable[ParameterGroup.NoDecay], 0), Group(trainable[ParameterGroup.Decay], 5e-4)],
            StepWork.RatePerImage * batch.Count
        );
        averages =
        [
            .. module
                .parameters()
                .Concat(module.buffers().Where(buffer => buffer.is_floating_point()))
                .Select(value => (value, zeros_like(value, requires_grad: false))),
        ];
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = (Tensor)module.forward(inputs);
        loss.backward();
        optimizer.step();
        using var noGrad = no_grad();
        foreach (var (value, average) in averages)
        {
            average.mul_(0.9).add_(value, alpha: 0.1);
        }

        if (!float.IsFinite(loss.item<float>()))
        {
            throw new InvalidOperationException("the traced step diverged");
        }
    }

    public void Dispose()
    {
        optimizer.Dispose();
        module.Dispose();
    }

    private static SGD.ParamGroup Group(IEnumerable<Parameter> parameters, double weightDecay) =>
        new(parameters, lr: 0.00004, momentum: 0.9, weight_decay: weightDecay);
}
