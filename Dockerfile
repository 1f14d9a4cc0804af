# The dashboard in a container. By itself:
#   docker build --tag latent-explorer .
#   docker run --init --publish 8501:8501 --volume runs:/runs latent-explorer
# for a course with nginx and several processes: compose.yaml. Other commands: docker run latent-explorer doctor

# The Python that the tests run on.
FROM python:3.11-slim AS wheel
WORKDIR /source
COPY . .
RUN pip wheel --no-deps --wheel-dir /wheel .

FROM python:3.11-slim
WORKDIR /explorer
COPY constraints.txt .
# PyTorch for processors: a plain install would bring gigabytes of CUDA along.
RUN pip install --no-cache-dir --no-deps --constraint constraints.txt --index-url https://download.pytorch.org/whl/cpu torch
RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel \
    pip install --no-cache-dir --constraint constraints.txt "$(echo /wheel/*.whl)[train,formats]"

# Nothing here needs root. Runs and fetched data sets outlive the container.
RUN useradd --create-home --uid 1000 explorer && mkdir /runs /data && chown explorer . /runs /data
USER explorer
ENV LATENT_EXPLORER_RUNS=/runs LATENT_EXPLORER_DATA=/data
VOLUME ["/runs", "/data"]
EXPOSE 8501
HEALTHCHECK --start-period=30s --interval=10s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["latent-explorer"]
CMD ["run", "--no-browser", "--host", "0.0.0.0", "--port", "8501"]
