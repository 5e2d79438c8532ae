"""PP-YOLO with ResNet50-vd in plain PyTorch operations: what a user would write without our kernels. State_dict keys are the reference's."""
import torch
import torch.nn.functional as F
from torch import nn

POINTS = 9


class ConvNorm(nn.Module):
    """A convolution without bias, a batch norm, an activation; the norm is called "norm" in the backbone and "batch_norm" in the neck."""

    def __init__(self, inputs, outputs, kernel, stride=1, norm="norm", activation=None, conv=None):
        super().__init__()
        self.conv = conv or nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm_name = norm
        self.add_module(norm, nn.BatchNorm2d(outputs))
        self.activation = activation

    def forward(self, x):
        x = getattr(self, self.norm_name)(self.convolve(x))
        return self.activation(x) if self.activation else x

    def convolve(self, x):
        return self.conv(x)


class DeformableConvNorm(ConvNorm):
    """DCNv2; samples with torchvision's operator, or with grid_sample, which every libtorch has."""

    def __init__(self, inputs, outputs, stride, activation, grid_sample):
        super().__init__(inputs, outputs, 3, stride, activation=activation)
        self.conv_offset = nn.Conv2d(inputs, 3 * POINTS, 3, stride, 1)
        self.stride = stride
        self.grid_sample = grid_sample

    def convolve(self, x):
        predicted = self.conv_offset(x)
        offset, mask = predicted[:, :2 * POINTS], predicted[:, 2 * POINTS:].sigmoid()
        if not self.grid_sample:
            # Here alone: with grid_sample the twin needs no torchvision.
            from torchvision.ops import deform_conv2d
            return deform_conv2d(x, offset, self.conv.weight, stride=self.stride, padding=1, mask=mask)
        batch, channels, height, width = x.shape
        rows, columns = offset.shape[2:]
        q = torch.arange(POINTS)
        ky, kx = torch.div(q, 3, rounding_mode="floor").view(1, -1, 1, 1), (q % 3).view(1, -1, 1, 1)
        y = offset[:, 0::2] + (torch.arange(rows) * self.stride - 1).view(1, 1, -1, 1) + ky
        x_ = offset[:, 1::2] + (torch.arange(columns) * self.stride - 1).view(1, 1, 1, -1) + kx
        grid = torch.stack([x_ * (2.0 / (width - 1)) - 1, y * (2.0 / (height - 1)) - 1], -1).view(batch, POINTS * rows, columns, 2)
        samples = F.grid_sample(x, grid, "bilinear", "zeros", align_corners=True).view(batch, channels, POINTS, rows, columns)
        samples = (samples * mask.unsqueeze(1)).view(batch, channels * POINTS, rows, columns)
        return F.conv2d(samples, self.conv.weight.view(self.conv.weight.shape[0], -1, 1, 1))


def relu_(x):
    return F.relu_(x)


def leaky_(x):
    return F.leaky_relu_(x, 0.1)


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride, first, deformable, grid_sample):
        super().__init__()
        self.branch2a = ConvNorm(inputs, width, 1, activation=relu_)
        self.branch2b = (DeformableConvNorm(width, width, stride, relu_, grid_sample) if deformable
                         else ConvNorm(width, width, 3, stride, activation=relu_))
        self.branch2c = ConvNorm(width, 4 * width, 1)
        if not first:
            self.short = nn.Identity()
        elif stride == 1:
            self.short = ConvNorm(inputs, 4 * width, 1)
        else:
            self.short = nn.Sequential()
            self.short.add_module("pool", nn.AvgPool2d(2, 2, ceil_mode=True))
            self.short.add_module("conv", ConvNorm(inputs, 4 * width, 1))

    def forward(self, x):
        return F.relu_(self.branch2c(self.branch2b(self.branch2a(x))) + self.short(x))


class ResNet50Vd(nn.Module):
    """Maps of strides 8, 16 and 32; frozen as a whole, its norms in training mode all the same."""

    def __init__(self, grid_sample):
        super().__init__()
        self.conv1 = nn.Sequential()
        for name, inputs, outputs, stride in (("conv1_1", 3, 32, 2), ("conv1_2", 32, 32, 1), ("conv1_3", 32, 64, 1)):
            self.conv1.add_module(name, ConvNorm(inputs, outputs, 3, stride, activation=relu_))
        channels = 64
        for stage, blocks in enumerate((3, 4, 6, 3)):
            layers = nn.Sequential()
            for block in range(blocks):
                stride = 2 if block == 0 and stage > 0 else 1
                layers.add_module(f"res{stage + 2}{'abcdef'[block]}", Bottleneck(channels, 64 << stage, stride, block == 0, stage == 3, grid_sample))
                channels = 256 << stage
            self.add_module(f"res{stage + 2}", layers)
        self.requires_grad_(False)

    def forward(self, x):
        x = self.res2(F.max_pool2d(self.conv1(x), 3, 2, 1))
        fine = self.res3(x)
        middle = self.res4(fine)
        return fine, middle, self.res5(middle)


class CoordConv(nn.Module):
    def __init__(self, inputs, outputs, kernel):
        super().__init__()
        self.conv = ConvNorm(inputs + 2, outputs, kernel, norm="batch_norm", activation=leaky_)

    def forward(self, x):
        batch, _, height, width = x.shape
        across = (torch.arange(width, dtype=torch.float32) / (width - 1) * 2 - 1).view(1, 1, 1, -1).expand(batch, 1, height, width)
        down = (torch.arange(height, dtype=torch.float32) / (height - 1) * 2 - 1).view(1, 1, -1, 1).expand(batch, 1, height, width)
        return self.conv(torch.cat([x, across, down], 1))


class PoolingPyramid(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = ConvNorm(4 * inputs, outputs, 1, norm="batch_norm", activation=leaky_)

    def forward(self, x):
        return self.conv(torch.cat([x] + [F.max_pool2d(x, k, 1, k // 2) for k in (5, 9, 13)], 1))


class YoloBlock(nn.Module):
    def __init__(self, inputs, channels, pyramid):
        super().__init__()
        self.conv_module = nn.Sequential()
        add = self.conv_module.add_module
        add("conv0", CoordConv(inputs, channels, 1))
        add("conv1", ConvNorm(channels, 2 * channels, 3, norm="batch_norm", activation=leaky_))
        add("conv2", CoordConv(2 * channels, channels, 1))
        if pyramid:
            add("spp", PoolingPyramid(channels, channels))
        add("conv3", ConvNorm(channels, 2 * channels, 3, norm="batch_norm", activation=leaky_))
        add("route", CoordConv(2 * channels, channels, 1))
        self.tip = CoordConv(channels, 2 * channels, 3)

    def forward(self, x):
        route = self.conv_module(x)
        return route, self.tip(route)


class Neck(nn.Module):
    def __init__(self):
        super().__init__()
        self.yolo_block_0 = YoloBlock(2048, 512, True)
        self.yolo_transition_0 = ConvNorm(512, 256, 1, norm="batch_norm", activation=leaky_)
        self.yolo_block_1 = YoloBlock(1280, 256, False)
        self.yolo_transition_1 = ConvNorm(256, 128, 1, norm="batch_norm", activation=leaky_)
        self.yolo_block_2 = YoloBlock(640, 128, False)

    def forward(self, fine, middle, coarse):
        route, tip0 = self.yolo_block_0(coarse)
        route, tip1 = self.yolo_block_1(torch.cat([F.interpolate(self.yolo_transition_0(route), scale_factor=2.0), middle], 1))
        _, tip2 = self.yolo_block_2(torch.cat([F.interpolate(self.yolo_transition_1(route), scale_factor=2.0), fine], 1))
        return tip0, tip1, tip2


class PPYolo(nn.Module):
    """(B,3,S,S) to the head's raw outputs, coarsest first."""

    def __init__(self, classes=20, grid_sample=False):
        super().__init__()
        self.backbone = ResNet50Vd(grid_sample)
        self.neck = Neck()
        self.yolo_head = nn.Module()
        for level, channels in enumerate((1024, 512, 256)):
            self.yolo_head.add_module(f"yolo_output_{level}", nn.Conv2d(channels, 3 * (6 + classes), 1))

    def forward(self, images):
        tips = self.neck(*self.backbone(images))
        return [getattr(self.yolo_head, f"yolo_output_{level}")(tip) for level, tip in enumerate(tips)]
