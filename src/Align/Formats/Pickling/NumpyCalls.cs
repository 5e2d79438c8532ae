using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>Does what a pickle asks of NumPy: arrays, scalars and their types.</summary>
internal sealed class NumpyCalls(ByteSource source, AllocationBudget budget)
{
    // A dtype's state is a version and seven facts, then its metadata.
    private const int MaxState = 9;

    /// <summary>What a function gives; null where it is none of NumPy's, or its arguments are others.</summary>
    public PickleValue? Call(PickleFunction function, List<PickleValue> arguments) =>
        (function, arguments) switch
        {
            (PickleFunction.NumpyType, [{ Kind: PickleKind.Text } name, .. var flags]) when flags.Count <= 2 && flags.TrueForAll(IsFlag) =>
                new(PickleKind.Other, new NumpyDtype(name.AsText())),
            (
                PickleFunction.NumpyReconstruct,
                [
                    { Content: PickleGlobal { Function: PickleFunction.NumpyArray } },
                    { Kind: PickleKind.Tuple },
                    { Kind: PickleKind.Bytes or PickleKind.Text },
                ]
            ) => new(PickleKind.Tensor, null),
            (PickleFunction.NumpyScalar, [{ Content: NumpyDtype type }, var bytes]) => Array(type, [], fortran: false, bytes),
            (PickleFunction.NumpyFromBuffer, [var bytes, { Content: NumpyDtype type }, var shape, { Kind: PickleKind.Text } order]) =>
                Array(type, Extents.Of(shape, source), order.AsText() == "F", bytes),
            _ => null,
        };

    /// <summary>Gives an array or a dtype its state.</summary>
    /// <returns>Whether it was one of these.</returns>
    public bool Build(PickleValue instance, PickleValue state)
    {
        if (state.Content is not List<PickleValue> parts)
        {
            return false;
        }

        switch (instance, parts)
        {
            case (
                { Kind: PickleKind.Tensor, Content: null },
                [{ Kind: PickleKind.Int }, var shape, { Content: NumpyDtype type }, { Content: bool fortran }, var bytes]
            ):
                var array = Array(type, Extents.Of(shape, source), fortran, bytes);
                (instance.Kind, instance.Content) = (array.Kind, array.Content);
                return true;
            case ({ Content: NumpyDtype type }, [{ Kind: PickleKind.Int }, { Kind: PickleKind.Text } order, var subtype, .. var more])
                when parts.Count <= MaxState:
                type.SetOrder(order.AsText());
                type.IsStructured = subtype.Kind != PickleKind.None || more.Take(2).Any(fact => fact.Kind != PickleKind.None);
                return true;
            default:
                return false;
        }
    }

    private PickleValue Array(NumpyDtype dtype, long[] shape, bool fortran, PickleValue content)
    {
        var type = dtype.IsStructured ? NpyType.Structured : NpyType.Parse(dtype.Text);
        if (type.Other is { } other)
        {
            return type.IsTensor
                ? new(PickleKind.Tensor, new UnreadTensor(other, Extents.Count(shape, source)))
                : Described.Value($"{other} of NumPy");
        }

        var data = content.Content switch
        {
            ByteSource bytes => bytes,
            EncodedText text => text.EncodeLatin1(budget),
            _ => throw source.Error("the bytes of an array", $"{content}"),
        };
        var header = new NpyHeader(type, fortran, shape, 0);
        NpyReader.CheckLength(header, data.Length, source);
        return new(PickleKind.Tensor, NpyReader.Tensor(header, data, budget));
    }

    private static bool IsFlag(PickleValue value) => value.Kind is PickleKind.Int or PickleKind.Bool;
}
