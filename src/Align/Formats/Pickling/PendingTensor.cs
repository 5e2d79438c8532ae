using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>A tensor of a PyTorch file before its storage is at hand.</summary>
/// <param name="Storage">Where its elements lie.</param>
/// <param name="Type">The element type.</param>
/// <param name="Offset">The first element's place in the storage, in elements.</param>
/// <param name="Shape">The extents.</param>
/// <param name="Strides">The distance in elements between neighbours of each dimension.</param>
/// <param name="Negative">Whether the elements are the storage's with the other sign: what PyTorch's negative bit says.</param>
internal sealed record PendingTensor(TorchStorageView Storage, ElementType Type, long Offset, long[] Shape, long[] Strides, bool Negative);
