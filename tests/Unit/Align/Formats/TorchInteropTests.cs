using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Files go to PyTorch and come from it. These tests are skipped where there is none.</summary>
public sealed class TorchInteropTests : IDisposable
{
    // What PyTorch 1.13 and before do not have.
    private static readonly ElementType[] Late = [ElementType.UInt16, ElementType.UInt32, ElementType.UInt64];

    private readonly TemporaryFolder folder = new();

    [SkippableFact]
    public void PyTorch_reads_a_state_dict_with_weights_only_and_has_the_same_bytes()
    {
        var tensors = Samples.OfAllTypesBut(Late);
        TensorFile.Write(folder.File("x.pth"), tensors);

        Torch.Run(
            folder.Path,
            """
            import torch, collections
            state = torch.load('x.pth', weights_only=True)
            assert type(state) is collections.OrderedDict, type(state)
            with open('bytes', 'wb') as out, open('facts', 'w') as facts:
                for name, tensor in state.items():
                    facts.write(f'{name}|{str(tensor.dtype)[6:]}|{"x".join(map(str, tensor.shape)) or "scalar"}|{tensor.is_contiguous()}\n')
                    out.write(bytes(tensor.contiguous().reshape(-1).view(torch.uint8).tolist())
                              if tensor.dtype != torch.bool and tensor.dim()
                              else tensor.reshape(-1).to(torch.uint8).numpy().tobytes() if tensor.dtype == torch.bool
                              else bytes(tensor.reshape(1).view(torch.uint8).tolist()))
            """
        );

        File.ReadAllLines(folder.File("facts"))
            .Should()
            .Equal(tensors.Select(pair => $"{pair.Key}|{pair.Value.Type.Name()}|{pair.Value.ShapeText}|True"));
        File.ReadAllBytes(folder.File("bytes")).Should().Equal(tensors.SelectMany(pair => pair.Value.Bytes.ToArray()));
    }

    [SkippableFact]
    public void PyTorch_resumes_its_SGD_from_a_checkpoint()
    {
        var weights = Enumerable.Range(0, 6).Select(value => value / 8f).ToArray();
        var state = new SgdState(
            [new SgdGroup(0.01, 0.9, 0, [0]), new SgdGroup(0.02, 0.9, 5e-4, [1]) { Others = [("lr_factor", 2.0)] }],
            new Dictionary<long, TensorData> { [0] = TensorData.Of<float>([1, 2], 2), [1] = TensorData.Of<float>(weights, 2, 3) }
        );
        using var checkpoint = new Checkpoint(
            7,
            new NamedTensors { { "bias", TensorData.Of<float>([1, 2], 2) }, { "weight", TensorData.Of<float>(weights, 2, 3) } },
            state.ToPickle()
        );
        checkpoint.AddExtra(
            "ppyolo",
            PickleValue.Dict(
                ("step", 123456789012L),
                ("seed", -1L),
                ("note", "權重"),
                ("list", PickleValue.List(1.5, true, PickleValue.None))
            )
        );
        checkpoint.Write(folder.File("x.pth"));

        Torch.Run(
            folder.Path,
            """
            import torch, pickletools, zipfile
            # PyTorch 1.13 cannot read floating-point numbers with weights_only, not even its own;
            # so the opcodes are compared with those of PyTorch 2.
            state = torch.load('x.pth', weights_only=int(torch.__version__.split('.')[0]) >= 2)
            opcodes = {op.name for op, _, _ in pickletools.genops(zipfile.ZipFile('x.pth').read('archive/data.pkl'))}
            unknown = opcodes - set('PROTO GLOBAL EMPTY_TUPLE REDUCE MARK BINUNICODE BINPERSID BININT LONG1 BINFLOAT TUPLE '
                                    'NEWFALSE NEWTRUE NONE '
                                    'EMPTY_DICT EMPTY_LIST SETITEMS APPENDS STOP'.split())
            assert not unknown, unknown
            assert list(state) == ['start_epoch', 'optimizer', 'model', 'ppyolo'], list(state)
            assert state['start_epoch'] == 7
            assert state['ppyolo'] == {'step': 123456789012, 'seed': -1, 'note': '權重', 'list': [1.5, True, None]}, state['ppyolo']
            layer = torch.nn.Linear(3, 2)
            layer.load_state_dict(state['model'])
            sgd = torch.optim.SGD([{'params': [layer.bias], 'lr': 1.0}, {'params': [layer.weight], 'lr': 1.0}], momentum=0.5)
            sgd.load_state_dict(state['optimizer'])
            assert [g['lr'] for g in sgd.param_groups] == [0.01, 0.02]
            assert [g['weight_decay'] for g in sgd.param_groups] == [0, 5e-4] and sgd.param_groups[1]['lr_factor'] == 2.0
            layer(torch.ones(1, 3)).sum().backward()
            sgd.step()
            assert torch.allclose(sgd.state[layer.bias]['momentum_buffer'], torch.tensor([1.9, 2.8]))
            torch.save({'start_epoch': 8, 'optimizer': sgd.state_dict(), 'model': layer.state_dict()}, 'y.pth')
            torch.save({'start_epoch': 8, 'optimizer': sgd.state_dict(), 'model': layer.state_dict()}, 'z.pth',
                       _use_new_zipfile_serialization=False)
            """
        );

        foreach (var name in new[] { "y.pth", "z.pth" })
        {
            using var back = Checkpoint.Read(folder.File(name));
            back.StartEpoch.Should().Be(8);
            back.Model.Names.Should().Equal("weight", "bias");
            var sgd = SgdState.FromPickle(back.Optimizer);
            sgd.Groups.Select(group => group.LearningRate).Should().Equal(0.01, 0.02);
            sgd.Groups[1].Others.Should().Contain(other => other.Key == "lr_factor" && other.Value.AsFloat() == 2);
            sgd.MomentumBuffers[0].As<float>().ToArray().Should().Equal(1.9f, 2.8f);
        }
    }

    [SkippableFact]
    public void What_PyTorch_makes_of_views_and_expansions_is_read_as_it_means_it()
    {
        Torch.Run(
            folder.Path,
            """
            import torch, numpy
            torch.manual_seed(1)
            base = torch.randn(4, 5, 6)
            state = {'permuted': base.permute(2, 0, 1), 'sliced': base[1:3, ::2, 3], 'expanded': torch.tensor([[1.], [2.]]).expand(2, 3),
                     'one': base[:1, :1, 2:3], 'empty': base[:0], 'i16': torch.arange(5, dtype=torch.int16)[1:],
                     'bytes': torch.arange(3, dtype=torch.int8)}
            torch.save(state, 'x.pth')
            torch.save(state, 'z.pth', _use_new_zipfile_serialization=False)
            numpy.savez('x.npz', **{k: v.contiguous().numpy() for k, v in state.items()})
            """
        );

        using var expected = TensorFile.Read(folder.File("x.npz"));
        foreach (var name in new[] { "x.pth", "z.pth" })
        {
            using var found = TensorFile.Read(folder.File(name));
            Samples.ShouldEqual(found, expected);
        }
    }

    [SkippableFact]
    public void NumPy_reads_archives_plain_compressed_and_of_64_bits()
    {
        var tensors = Samples.OfAllTypesBut(ElementType.BFloat16);
        Npz.Write(folder.File("plain.npz"), tensors);
        Npz.Write(folder.File("deflated.npz"), tensors, compress: true);
        Npz.Write(folder.File("zip64.npz"), tensors, compress: false, alwaysZip64: true);
        foreach (var (name, tensor) in tensors)
        {
            Npy.Write(folder.File($"{name.Replace('/', '_')}.npy"), tensor);
        }

        Torch.Run(
            folder.Path,
            $"""
            import numpy, glob
            plain = numpy.load('plain.npz')
            assert len(plain.files) == {tensors.Count}
            with open('bytes', 'wb') as out:
                for name in plain.files:
                    array = plain[name]
                    out.write(array.tobytes())
                    for other in numpy.load('deflated.npz')[name], numpy.load('zip64.npz')[name], \
                            numpy.load(name.replace('/', '_') + '.npy'):
                        assert other.dtype == array.dtype and other.shape == array.shape and other.tobytes() == array.tobytes(), name
                    assert array.dtype.name == name.split('/')[0], (array.dtype, name)
            """
        );

        File.ReadAllBytes(folder.File("bytes")).Should().Equal(tensors.SelectMany(pair => pair.Value.Bytes.ToArray()));
    }

    [SkippableFact]
    public void Arrays_that_Python_pickles_in_any_protocol_are_read()
    {
        Torch.Run(
            folder.Path,
            """
            import numpy, pickle
            array = numpy.arange(24, dtype='f8').reshape(2, 3, 4)
            state = {'c': array, 'f': numpy.asfortranarray(array), 'big': array.astype('>i4'), 'empty': array[:0],
                     'scalar': numpy.float32(1.5),
                     'zero': numpy.array(2, 'u2'), 'bools': array > 3, 'big_scalar': numpy.array([7], '>i8')[0]}
            for protocol in 2, 3, 4, 5:
                pickle.dump(state, open(f'p{protocol}.pdparams', 'wb'), protocol)
            numpy.savez('x.npz', **{k: numpy.ascontiguousarray(v).reshape(numpy.shape(v)) for k, v in state.items()})
            """
        );

        using var expected = TensorFile.Read(folder.File("x.npz"));
        expected.Count.Should().Be(8);
        for (var protocol = 2; protocol <= 5; protocol++)
        {
            using var found = TensorFile.Read(folder.File($"p{protocol}.pdparams"));
            Samples.ShouldEqual(found, expected);
        }
    }

    public void Dispose() => folder.Dispose();
}
