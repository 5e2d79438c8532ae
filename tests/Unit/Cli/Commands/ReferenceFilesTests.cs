using System.Text.Json;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Tests.Unit.Align.Formats;
using PPYolo.Train.Optimization;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>Weight files go to the reference's programs and come from them. What these do is in Python, from their description.</summary>
public sealed class ReferenceFilesTests : IDisposable
{
    private static readonly string[] Training =
    [
        "train",
        "--config",
        "ppyolo_r18vd_voc2012",
        "--set",
        "batch=1",
        "--set",
        "sizes=[64]",
        "--set",
        "iterationsPerEpoch=1",
    ];

    private readonly TemporaryFolder folder = new();

    /// <summary>
    /// As it was at the commit whose folders are in fixtures/reference-runs: a group for each parameter, branches before shortcuts, and
    /// counters at 0. The gradient of a parameter is twice its value, and so is then its momentum.
    /// </summary>
    [SkippableFact]
    public void A_checkpoint_of_the_reference_goes_through_every_command()
    {
        string start = folder.File("000.pth"),
            theirs = folder.File("theirs.pth");
        using var weights = StartWeights.Parse("generator:5:calm").For(NetworkPresets.Find("r18vd")!);
        Checkpoint.WriteWeights(start, weights);
        Torch.Run(
            folder.Path,
            """
            import torch
            model = torch.load('000.pth')['model']
            keys = [k for k in model if 'running_' not in k and 'num_batches' not in k]
            block = lambda k: '.'.join(k.split('.')[:3]) if k.startswith('backbone.res') else k
            places = {}
            for place, key in enumerate(keys):
                places.setdefault(block(key), place)
            keys.sort(key=lambda k: (places[block(k)], '.short.' in k))
            parameters = {k: torch.nn.Parameter(model[k].clone()) for k in keys}
            groups = [dict(params=[p], lr=1e-5, base_lr=1e-5, need_clip=False, clip_norm=1000000.0,
                           weight_decay=0.0 if 'norm' in k or k.endswith('output_0.bias') or k.endswith('output_1.bias') else 0.0005)
                      for k, p in parameters.items()]
            optimizer = torch.optim.SGD(groups, lr=1e-5, momentum=0.9)
            for group in optimizer.param_groups:
                group['params'][0].grad = 2 * group['params'][0].detach() - group['weight_decay'] * group['params'][0].detach()
            optimizer.step()
            assert len(optimizer.param_groups) == 88
            saved = {k: parameters[k].detach() if k in parameters else torch.zeros_like(v) if 'num_batches' in k else v
                     for k, v in model.items()}
            torch.save({'start_epoch': 1, 'model': saved, 'optimizer': optimizer.state_dict()}, 'theirs.pth')
            for k in saved:
                if 'num_batches' in k:
                    saved[k] = torch.full_like(saved[k], 10)
            torch.save({'start_epoch': 1, 'model': saved, 'optimizer': None}, 'counted.pth')
            """
        );

        using (var checkpoint = Checkpoint.Read(theirs))
        {
            using var network = new PPYoloNetwork(NetworkPresets.Find("r18vd")!);
            var momentum = NamedMomentum.Of(StateEntries.Of(network), SgdState.FromPickle(checkpoint.Optimizer));
            momentum.Count.Should().Be(88);
            momentum.Should().OnlyContain(pair => IsTwice(pair.Value, weights[pair.Key]), "it is found by its parameter");
        }

        Call("diff", theirs, theirs)
            .Output.Should()
            .Contain("ALIGNED: all 172 tensors are equal, bit by bit.\n")
            .And.Contain("momentum: compared for 88 parameters; ")
            .And.NotContain("not compared, in the");
        var (code, output, _) = Call("diff", theirs, folder.File("counted.pth"), "--start", start);
        code.Should().Be(0, output);
        output.Should().Contain("28 counters (num_batches_tracked), compared exactly: 0 on one side, where they were reset");
        Call("convert", theirs, folder.File("theirs.npz")).Code.Should().Be(0);
        Call("diff", theirs, folder.File("theirs.npz")).Code.Should().Be(0);
        Call([.. Training, "-c", theirs, "--epochs", "1", "--out", folder.File("run")])
            .Output.Should()
            .Contain("172 of 172 entries taken over");
        // It goes on where the file ends, with the rate of its second epoch, and has the state of a run afterwards.
        Call([.. Training, "--continue", theirs, "--epochs", "2", "--out", folder.File("on")])
            .Output.Should()
            .Contain("going on after epoch 1 of 2")
            .And.Contain("epoch 2/2 iteration 1/1");
        Call("train", "--resume", "--out", folder.File("on"), "--epochs", "3").Output.Should().Contain("going on after epoch 2 of 3");
        Call([.. Training, "--continue", start, "--epochs", "2", "--out", folder.File("none")])
            .Error.Should()
            .Be(
                $"ppyolo: {start}: expected a checkpoint with the momentum of its optimizer, found none; train on from its weights alone "
                    + "with -c FILE\n"
            );
        foreach (var name in new[] { "a", "b" })
        {
            Directory.CreateDirectory(folder.File(name, "PPYOLO_outputs", "x"));
            File.Copy(start, folder.File(name, "PPYOLO_outputs", "x", "000.pth"));
            File.Copy(name == "a" ? theirs : folder.File("counted.pth"), folder.File(name, "PPYOLO_outputs", "x", "1__.pth"));
        }

        Call("explain", folder.File("a"), folder.File("b")).Output.Should().Contain("ALIGNED: none of ");
    }

    [SkippableFact]
    public void Its_programs_open_a_record_and_list_the_same_differences()
    {
        var record = folder.File("record");
        Call([.. Training, "--set", "learningRatePerImage=0.01", "--init", "generator:5:calm", "--iterations", "1", "--record", record])
            .Code.Should()
            .Be(0);

        // As its diff_weights.py does, which asks for "model" and sums in float32.
        Torch.Run(
            record,
            """
            import torch, numpy as np
            first, second = torch.load('000.pth')['model'], torch.load('1__.pth')['model']
            with open('above', 'w') as above, open('below', 'w') as below:
                for key, value in first.items():
                    if 'num_batches_tracked' not in key:
                        difference = np.sum((value.numpy() - second[key].numpy()) ** 2)
                        (above if difference > 0.0005 else below).write(key + '\n')
            for name in ('000.pth', '1__.pth', '1__raw.pth'):
                saved = torch.load(name)
                assert sorted(saved) == ['model', 'optimizer', 'start_epoch'], list(saved)
                assert len(saved['optimizer']['param_groups']) == 2 and not saved['optimizer']['state']
            assert 'backbone.conv1.conv1_1.conv.weight' in torch.load('1__momentum.pth')
            """
        );
        var (_, output, _) = Call("diff", Path.Combine(record, "000.pth"), Path.Combine(record, "1__.pth"), "--json");
        using var json = JsonDocument.Parse(output);
        Names(json, "notAligned").Should().BeEquivalentTo(File.ReadAllLines(Path.Combine(record, "above"))).And.NotBeEmpty();
        Names(json, "atOrBelowBound").Should().BeEquivalentTo(File.ReadAllLines(Path.Combine(record, "below"))).And.NotBeEmpty();
    }

    [SkippableFact]
    public void Its_resume_opens_a_checkpoint_with_a_group_for_each_parameter()
    {
        var run = folder.File("run");
        Call([.. Training, "--set", "optimizerGroups=each", "--set", "learningRatePerImage=0.0001", "--epochs", "1", "--out", run])
            .Code.Should()
            .Be(0);

        Torch.Run(
            run,
            """
            import torch
            saved = torch.load('epoch0001.pth')
            groups = saved['optimizer']['param_groups']
            shapes = [saved['optimizer']['state'][group['params'][0]]['momentum_buffer'].shape for group in groups]
            optimizer = torch.optim.SGD([dict(params=[torch.nn.Parameter(torch.zeros(shape))]) for shape in shapes], lr=1.0)
            optimizer.load_state_dict(saved['optimizer'])
            assert saved['start_epoch'] == 1 and len(groups) == 88
            # What its loop looks for in a group: the rate is a share of base_lr.
            assert all(group['base_lr'] == 0.0001 and not group['need_clip'] and group['momentum'] == 0.9 for group in groups)
            assert [group['weight_decay'] for group in groups[:3]] == [0.0005, 0.0, 0.0]
            # res2a: two branches of 3x3, then the shortcut of 1x1.
            assert [tuple(shape) for shape in shapes[9:18:3]] == [(64, 64, 3, 3), (64, 64, 3, 3), (64, 64, 1, 1)], shapes[9:18]
            """
        );
        Call("train", "--resume", "--out", run, "--epochs", "2").Code.Should().Be(0);
    }

    public void Dispose() => folder.Dispose();

    private static bool IsTwice(TensorData momentum, TensorData weights)
    {
        ReadOnlySpan<float> ours = momentum.As<float>(),
            theirs = weights.As<float>();
        var twice = ours.Length == theirs.Length;
        for (var i = 0; twice && i < ours.Length; i++)
        {
            twice = Math.Abs(ours[i] - (2 * theirs[i])) <= 1e-6f * Math.Abs(theirs[i]);
        }

        return twice;
    }

    private static IEnumerable<string?> Names(JsonDocument json, string list) =>
        json.RootElement.GetProperty(list).EnumerateArray().Select(name => name.GetString());

    private static (int Code, string Output, string Error) Call(params string[] args)
    {
        var run = TestEnvironment.WithThreads(2, () => ConsoleCapture.Run(args));
        return (run.ExitCode, run.Output, run.Error);
    }
}
